"""Settings that a test may change at run time."""

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Seconds are of the sandbox's clock, except the two waits for an answer, which are in real time."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    redirect_wait_seconds: float = Field(default=10, ge=0)
    delivery_timeout_seconds: float = Field(default=20, gt=0)
    signature_skew: int = 0
    date_skew: int = Field(default=0, ge=-(10**8), le=10**8)
    retry_seconds: list[int] = [10, 300, 1800, 7200, 18000, 36000, 36000]
    async_result_seconds: int = Field(default=120, ge=0)
    refund_result_seconds: int = Field(default=120, ge=0)
    balance_seconds: int = Field(default=5, ge=0)
    exchange_rate: float = Field(default=0.3, gt=0)
    refund_fee: int = Field(default=0, ge=0)
    dispute_fee: int = Field(default=6000, ge=0)
    warn_failing_seconds: int = Field(default=3 * 86400, ge=0)
    disable_failing_seconds: int = Field(default=9 * 86400, ge=0)
    fake_v0: bool = True
