"""The model of the page is the net that runs in the browser, as one file."""

from ner_service.service.api.background import Background
from ner_service.service.web.assets import Asset, asset_of
from ner_service.taggers.models import model_path

MOST_WAITING = 64  # visitors who come while the file is made, which takes a second
BINARY = "application/octet-stream"


class PageModel:
    """A page's model is made of a model folder and navec when it is first asked for, and kept."""

    def __init__(self, source: str, timeout_s: float) -> None:
        """Raises `ModelError` where there is no model of that name."""
        self._source, self._folder = source, model_path(source)
        self._background = Background(MOST_WAITING, timeout_s)
        self._asset: Asset | None = None

    async def file(self) -> Asset:
        """Returns the file; raises `Overloaded`, and `Late` after the deadline."""
        if self._asset is None:
            return await self._background.run(self._make)
        return self._asset

    def _make(self) -> Asset:
        from ner_service.browser.model_file import model_file
        from ner_service.nets.artefact import load

        if self._asset is None:
            self._asset = asset_of(model_file(load(self._folder), self._source), BINARY)
        return self._asset
