"""Punycode (RFC 3492) as DuckDB macros, so that domains become ASCII without running Python for each row.

The RFC's loop disappears once the code points above ASCII are sorted by (code point, position): each insertion's
delta then depends only on itself and its predecessor, and each bias on the delta before it.

A macro's argument is pasted, and computed, wherever it is named; a lambda inside a lambda doubles the planning
time. So a domain's labels go through a flat chain of list functions that carry what the next ones need, and
nothing long is passed to the engine's `array_to_string`, a macro that names its list twice. Bytes (`strlen`) and
code points (`length`) are equal in number only in pure ASCII.
"""

from __future__ import annotations

from typing import NamedTuple


class Macro(NamedTuple):
    name: str
    parameters: tuple[str, ...]
    body: str


_LABEL = r"[\p{L}\p{Nd}](?:[\p{L}\p{M}\p{Nd}-]*[\p{L}\p{M}\p{Nd}])?"
_CONVERTIBLE = rf"{_LABEL}(?:\.{_LABEL})*"
"""Domains of letters, marks, decimal digits and inner hyphens: no other Unicode is allowed in a domain."""

PUNYCODE = (
    Macro("idna_joined", ("texts", "separator"), "coalesce(list_aggregate(texts, 'string_agg', separator), '')"),
    Macro("idna_threshold", ("turn", "bias"), "least(greatest(turn - bias, 1), 26)"),
    Macro("idna_digit", ("value",), "chr((CASE WHEN value < 26 THEN value + 97 ELSE value + 22 END)::INTEGER)"),
    Macro("idna_scaled", ("delta", "points", "damp"), "delta // damp + (delta // damp) // points"),
    Macro(
        "idna_bias",
        ("scaled",),
        """CASE WHEN scaled <= 455 THEN (36 * scaled) // (scaled + 38)
                WHEN scaled // 35 <= 455 THEN 36 + (36 * (scaled // 35)) // (scaled // 35 + 38)
                WHEN scaled // 1225 <= 455 THEN 72 + (36 * (scaled // 1225)) // (scaled // 1225 + 38)
                ELSE 108 + (36 * (scaled // 42875)) // (scaled // 42875 + 38) END""",
    ),
    Macro(
        "idna_number",
        ("delta", "bias"),
        """list_reduce(range(36, 360, 36), lambda state, turn: CASE
             WHEN state.done THEN state
             WHEN state.rest < idna_threshold(turn, bias)
               THEN {rest: 0::BIGINT, said: state.said || idna_digit(state.rest), done: true}
             ELSE {rest: (state.rest - idna_threshold(turn, bias)) // (36 - idna_threshold(turn, bias)),
                   said: state.said || idna_digit(idna_threshold(turn, bias)
                     + (state.rest - idna_threshold(turn, bias)) % (36 - idna_threshold(turn, bias))),
                   done: false} END,
             {rest: delta::BIGINT, said: '', done: false}).said""",
    ),
    Macro(
        "idna_words",
        ("labels",),
        """list_transform(labels, lambda label:
             list_transform(range(1, length(label) + 1), lambda i: {point: unicode(label[i]), place: i}))""",
    ),
    Macro(
        "idna_sorted",
        ("words",),
        """list_transform(words, lambda word: {
             points: list_transform(word, lambda sign: sign.point),
             basic: list_filter(word, lambda sign: sign.point < 128),
             found: list_sort(list_filter(word, lambda sign: sign.point >= 128))})""",
    ),
    Macro(
        "idna_stepped",
        ("words",),
        """list_transform(words, lambda word: {basic: word.basic, steps: list_transform(
             range(len(word.found)), lambda k: {
               point: word.found[k + 1].point,
               length: len(word.basic) + k,
               place: len(list_filter(word.points[1 : word.found[k + 1].place - 1],
                                      lambda point: point <= word.found[k + 1].point))})})""",
    ),
    Macro(
        "idna_measured",
        ("words",),
        """list_transform(words, lambda word: {basic: word.basic, steps: word.steps, deltas: list_transform(
             range(len(word.steps)), lambda k: CASE
               WHEN k = 0 THEN (word.steps[1].point - 128) * (word.steps[1].length + 1) + word.steps[1].place
               ELSE (word.steps[k + 1].point - word.steps[k].point) * (word.steps[k + 1].length + 1)
                    + word.steps[k + 1].place - word.steps[k].place - 1 END)})""",
    ),
    Macro(
        "idna_biased",
        ("words",),
        """list_transform(words, lambda word: {basic: word.basic, numbers: list_transform(
             list_transform(range(len(word.steps)), lambda k: {
               k: k,
               delta: word.deltas[k + 1],
               scaled: idna_scaled(
                 word.deltas[k], word.steps[k].length + 1, CASE WHEN k = 1 THEN 700 ELSE 2 END)}),
             lambda step: {
               delta: step.delta,
               bias: CASE WHEN step.k = 0 THEN 72 ELSE idna_bias(step.scaled) END})})""",
    ),
    Macro(
        "idna_said",
        ("words",),
        """list_transform(words, lambda word: {
             basic: idna_joined(list_transform(word.basic, lambda sign: chr(sign.point)), ''),
             other: idna_joined(
               list_transform(word.numbers, lambda number: idna_number(number.delta, number.bias)), '')})""",
    ),
    Macro(
        "idna_labels",
        ("words",),
        """list_transform(words, lambda word: CASE
             WHEN word.other = '' THEN word.basic
             WHEN word.basic = '' THEN 'xn--' || word.other
             ELSE 'xn--' || word.basic || '-' || word.other END)""",
    ),
)

ASCII_DOMAIN = rf"""CASE
    WHEN strlen(domain) = length(domain) THEN domain
    WHEN regexp_full_match(domain, '{_CONVERTIBLE}') THEN idna_joined(
      idna_labels(idna_said(idna_biased(idna_measured(idna_stepped(idna_sorted(
        idna_words(string_split(domain, '.')))))))), '.')
    ELSE domain END"""

_SPACES = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
_FULL_STOPS = "\u3002\uff0e\uff61"  # UTS 46 reads them as dots

FOLDED_ADDRESS = f"""list_transform(
    [string_split(nfc_normalize(lower(nfc_normalize(trim(address, '{_SPACES}{_INVISIBLE}')))), '@')],
    lambda parts: CASE WHEN len(parts) < 2 THEN parts[1] ELSE
      array_to_string(parts[:-2], '@') || '@' || muster_ascii_domain(translate(parts[-1], '{_FULL_STOPS}', '...'))
    END)[1]"""
