"""What a person looks through: the width of the window, the colours, the language."""

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class View:
    width: int = 1440
    mode: Literal["light", "dark"] = "light"
    locale: str = "en-GB"

    def options(self) -> dict[str, Any]:
        """For Playwright's `new_context`."""
        return {
            "viewport": {"width": self.width, "height": 900},
            "color_scheme": self.mode,
            "locale": self.locale,
            "timezone_id": "Europe/Zurich",
            "reduced_motion": "reduce",
        }

    def __str__(self) -> str:
        return f"{self.width}-{self.mode}-{self.locale}"


VIEWS = [View(width, mode) for width in (360, 1440) for mode in ("light", "dark")]
"""Every page is looked at in each of these: `@pytest.mark.parametrize("view", VIEWS, ids=str)`."""

EACH_ONCE = [View(360), View(1440, "dark")]
"""Each width and each colour once: for pages that are made of parts which others are looked at in every view with."""
