"""Formats ordinal numbers as used with the word for "anniversary" in each language: 34th, 34-cü, 34., 34-я."""

ROUND_STEPS = (10, 25)  # multiples of these are round


def is_round(years: int) -> bool:
    """Whether this is a round anniversary, such as the 40th or the 75th."""
    return any(years % step == 0 for step in ROUND_STEPS)


def format_ordinal(n: int, language: str) -> str:
    """Format n (at least 1) as an ordinal, in the gender and case of the language's word for anniversary.

    Other languages than those below get the number with a full stop, the most common form.
    """
    match language:
        case "en":
            return f"{n}{_find_suffix_en(n)}"
        case "az":
            return f"{n}-{_find_suffix_az(n)}"
        case "ru":
            return f"{n}-я"  # годовщина is feminine
        case _:
            return f"{n}."


def _find_suffix_en(n: int) -> str:
    if n % 100 in {11, 12, 13}:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")


def _find_suffix_az(n: int) -> str:
    """The suffix agrees with the last vowel of the spoken number: beş-inci, altı-ncı, on-uncu, üç-üncü."""
    units = {1: "ci", 2: "ci", 3: "cü", 4: "cü", 5: "ci", 6: "cı", 7: "ci", 8: "ci", 9: "cu"}
    tens = {1: "cu", 2: "ci", 3: "cu", 4: "cı", 5: "ci", 6: "cı", 7: "ci", 8: "ci", 9: "cı"}
    if n % 10:
        return units[n % 10]
    if n % 100:
        return tens[n // 10 % 10]
    return "cü" if n % 1000 else "ci"  # yüz, min
