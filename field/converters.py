"""Parts of addresses: what does not have the right form is not found, before any view is asked."""

from werkzeug.routing import BaseConverter, IntegerConverter, Map


class IdConverter(BaseConverter):
    """A UUID in small letters."""

    regex = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


UUID = f"^{IdConverter.regex}$"


class DigestConverter(BaseConverter):
    """A SHA-256 in hex."""

    regex = "[0-9a-f]{64}"


class UploadConverter(BaseConverter):
    """The id of an upload: 32 hex digits."""

    regex = "[0-9a-f]{32}"


class VillageConverter(BaseConverter):
    """The code of a village."""

    regex = "[0-9]{12}"


class ChainConverter(BaseConverter):
    """A ledger chain: a household's id or a region."""

    regex = f"{IdConverter.regex}|region:[0-9]{{2,12}}"


class SeqConverter(IntegerConverter):
    """The place of an entry in its chain, in one way of writing it."""

    regex = "[1-9][0-9]*"

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, min=1, max=2**31 - 1)


CONVERTERS: dict[str, type[BaseConverter]] = {
    "id": IdConverter,
    "sha256": DigestConverter,
    "upload": UploadConverter,
    "village": VillageConverter,
    "chain": ChainConverter,
    "seq": SeqConverter,
}
