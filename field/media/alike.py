"""相似: the same photograph found again after shrinking and re-saving."""

from PIL import Image

from field.media.picture import shown


def dhash(data: bytes) -> int:
    """差异哈希 (64 bits): which of 8 × 8 spots, upright, is brighter than its right neighbour."""
    grey = shown(data, 128).convert("L").resize((9, 8), Image.Resampling.BOX)
    spots = grey.tobytes()
    bits = (spots[row * 9 + x] > spots[row * 9 + x + 1] for row in range(8) for x in range(8))
    return sum(bit << place for place, bit in enumerate(bits))


def distance(one: int, other: int) -> int:
    """距离: how many of the 64 bits differ; up to 3 is the same photograph, for all we can tell."""
    return (one ^ other).bit_count()


def telling(hash64: int) -> bool:
    """有辨识度: false for a dark, blank or evenly shaded picture, which is like every other such picture."""
    return 8 <= hash64.bit_count() <= 56


def bands(hash64: int) -> tuple[int, int, int, int]:
    """分段: four 16-bit parts for an index; hashes at most 3 apart share at least one (pigeonhole)."""
    return (hash64 & 0xFFFF, hash64 >> 16 & 0xFFFF, hash64 >> 32 & 0xFFFF, hash64 >> 48)
