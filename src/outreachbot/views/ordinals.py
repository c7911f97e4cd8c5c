"""Ordinal numbers as they are written beside "anniversary" in each language: 34th, 34-cü, 34., 34-я."""

ROUND_STEPS = (10, 25)  # what divides the years of a round anniversary


def is_round(years: int) -> bool:
    """Whether it is worded as the 40th, the 25th, the 75th … anniversary."""
    return any(years % part == 0 for part in ROUND_STEPS)


def format_ordinal(n: int, language: str) -> str:
    """The n-th (n at least 1), in the gender and case of the language's word for anniversary.

    In a language that is not known here, the number with a full stop, which most that write ordinals in digits use.
    """
    match language:
        case "en":
            return f"{n}{_en(n)}"
        case "az":
            return f"{n}-{_az(n)}"
        case "ru":
            return f"{n}-я"  # годовщина is feminine
        case _:
            return f"{n}."


def _en(n: int) -> str:
    if n % 100 in {11, 12, 13}:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")


def _az(n: int) -> str:
    """The suffix follows the last vowel of the number as it is spoken: beş-inci, altı-ncı, on-uncu, üç-üncü."""
    units = {1: "ci", 2: "ci", 3: "cü", 4: "cü", 5: "ci", 6: "cı", 7: "ci", 8: "ci", 9: "cu"}
    tens = {1: "cu", 2: "ci", 3: "cu", 4: "cı", 5: "ci", 6: "cı", 7: "ci", 8: "ci", 9: "cı"}
    if n % 10:
        return units[n % 10]
    if n % 100:
        return tens[n // 10 % 10]
    return "cü" if n % 1000 else "ci"  # yüz, min
