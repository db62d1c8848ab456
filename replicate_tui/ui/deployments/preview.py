"""The pane beside the list of deployments."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from replicate_tui.services.deployment_views import DeploymentCard, Release
from replicate_tui.services.estimate import PriceList
from replicate_tui.ui.deployments.drawing import preview_lines


class DeploymentPreview(VerticalScroll):
    """Shows what is known of a deployment; it never takes the focus."""

    DEFAULT_CSS = """
    DeploymentPreview { padding: 0 1; }
    DeploymentPreview Static { width: 1fr; height: auto; }
    """
    can_focus = False

    def __init__(self, prices: PriceList, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._prices = prices

    def compose(self) -> ComposeResult:
        yield Static("", id="facts")

    def show(self, card: DeploymentCard | None, releases: Sequence[Release]) -> None:
        """Show a deployment with the releases seen of it, or nothing."""
        # As if the scrollbar were there: whether it comes depends on the lines that this makes.
        width = self.outer_size.width - self.styles.gutter.width - 1
        if width > 0:
            lines = preview_lines(card, releases, self._prices, width)
            self.query_one("#facts", Static).update(Content("\n").join(lines))
