"""What all forms share."""

from __future__ import annotations

from typing import Any

from django import forms


class PlainForm(forms.Form):
    """Errors stand beside their fields; after a refused try the first of these has the focus, without script."""

    use_required_attribute = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    def full_clean(self) -> None:
        super().full_clean()
        self._focus()

    def add_error(self, field: str | None, error: Any) -> None:
        """As Django's; the focus follows."""
        super().add_error(field, error)
        self._focus()

    def _focus(self) -> None:
        """One field asks for the focus at most: the first with an error."""
        wrong = [name for name in self.fields if name in self.errors]
        for name, field in self.fields.items():
            field.widget.attrs.pop("autofocus", None)
            if wrong and name == wrong[0]:
                field.widget.attrs["autofocus"] = True
