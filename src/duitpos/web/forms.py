"""The base class of all forms."""

from __future__ import annotations

from typing import Any

from django import forms


class PlainForm(forms.Form):
    """Shows errors beside their fields. The first field with an error gets the focus, without script."""

    use_required_attribute = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    def full_clean(self) -> None:
        super().full_clean()
        self._focus()

    def add_error(self, field: str | None, error: Any) -> None:
        """Like Django's, and update the focus."""
        super().add_error(field, error)
        self._focus()

    def _focus(self) -> None:
        """Set autofocus on the first field with an error only."""
        wrong = [name for name in self.fields if name in self.errors]
        for name, field in self.fields.items():
            field.widget.attrs.pop("autofocus", None)
            if wrong and name == wrong[0]:
                field.widget.attrs["autofocus"] = True
