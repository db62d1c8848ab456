"""Hardware that models and deployments can run on."""

from replicate_tui.api.types.base import ApiObject


class Hardware(ApiObject):
    """One kind of machine; `sku` is what other calls take."""

    sku: str
    name: str = ""
