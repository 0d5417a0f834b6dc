#!/usr/bin/python3
"""Golden vectors of the tokeniser and the sketches.

An implementation of its own, slow and plain, from the definitions in
daemon/text/README.md and daemon/sketch/README.md; it shares no code and no table
with the daemon. `make.py DIR` writes the vectors to DIR, `make.py --check DIR`
compares what it would write with what is there. Python's standard library only.
"""
import os
import sys
import unicodedata

M64 = (1 << 64) - 1
M32 = (1 << 32) - 1


# --- hashes -----------------------------------------------------------------

P1, P2, P3, P4, P5 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9,
                      0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)
Q1, Q2, Q3, Q4, Q5 = 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1

# The default secret of XXH3 (xxHash's specification, doc/xxhash_spec.md).
SECRET = bytes.fromhex(
    'b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f'
    'cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c'
    '3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8'
    'a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364'
    'eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e'
    '2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e')


def le(b, at, n):
    return int.from_bytes(b[at:at + n], 'little')


def fold64(a, b):
    p = a * b
    return (p ^ p >> 64) & M64


def avalanche(h):
    h ^= h >> 37
    h = h * 0x165667919E3779F9 & M64
    return h ^ h >> 32


def mix16(b, at, s):
    return fold64(le(b, at, 8) ^ le(SECRET, s, 8), le(b, at + 8, 8) ^ le(SECRET, s + 8, 8))


def xxh3_mid(b):
    n = len(b)
    acc = n * P1 & M64
    if n <= 128:
        for i in range((n - 1) // 32 + 1):
            acc += mix16(b, 16 * i, 32 * i) + mix16(b, n - 16 * (i + 1), 32 * i + 16)
        return avalanche(acc & M64)
    for i in range(8):
        acc += mix16(b, 16 * i, 16 * i)
    acc = avalanche(acc & M64)
    for i in range(8, n // 16):
        acc += mix16(b, 16 * i, 16 * (i - 8) + 3)
    acc += mix16(b, n - 16, 136 - 17)
    return avalanche(acc & M64)


def xxh3_stripe(acc, b, at, s):
    for i in range(8):
        value = le(b, at + 8 * i, 8)
        key = value ^ le(SECRET, s + 8 * i, 8)
        acc[i ^ 1] = acc[i ^ 1] + value & M64
        acc[i] = acc[i] + (key & M32) * (key >> 32) & M64


def xxh3_long(b):
    n = len(b)
    acc = [Q3, P1, P2, P3, P4, Q2, P5, Q1]
    for stripe in range((n - 1) // 64):
        xxh3_stripe(acc, b, 64 * stripe, 8 * (stripe % 16))
        if stripe % 16 == 15 and 64 * (stripe + 1) <= (n - 1) // 1024 * 1024:
            for i in range(8):
                x = acc[i] ^ acc[i] >> 47 ^ le(SECRET, 128 + 8 * i, 8)
                acc[i] = x * Q1 & M64
    xxh3_stripe(acc, b, n - 64, 192 - 64 - 7)
    out = n * P1 & M64
    for i in range(4):
        out += fold64(acc[2 * i] ^ le(SECRET, 11 + 16 * i, 8),
                      acc[2 * i + 1] ^ le(SECRET, 19 + 16 * i, 8))
    return avalanche(out & M64)


def xxh3(b):
    """XXH3_64bits of more than 16 bytes, seed 0."""
    assert len(b) > 16
    return xxh3_mid(b) if len(b) <= 240 else xxh3_long(b)


def hash_key(key):
    x = len(key)
    for at in range(0, max(16, len(key)), 16):
        padded = key.ljust(at + 16, b'\0')
        x += product(le(padded, at, 8) ^ 0xFD1E3B79E35AC6A7)
        x += product(le(padded, at + 8, 8) ^ 0xB5C1A9EFF94F7B63)
        x &= M64
        x = turn(x ^ x >> 32, 0xD6E8FEB9, 0x9E3779B1)
        x = turn(x, 0x9E3779B1, 0xD6E8FEB9)
    return x


def product(x):
    return (x & 0xFFFFFFFF) * (x >> 32)


def turn(x, low, high):
    y = (x >> 32) * high
    return (x & 0xFFFFFFFF) * low + (y << 32 | y >> 32) & M64


# --- characters -------------------------------------------------------------

IGNORABLE = [(0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5),
             (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F),
             (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0),
             (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)]
ALONE = [(0xE00, 0xEFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3005, 0x3007), (0x3021, 0x3029),
         (0x3031, 0x3035), (0x3038, 0x303C), (0x3041, 0x30FF), (0x31F0, 0x31FF), (0x3400, 0x4DBF),
         (0x4E00, 0x9FFF), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F), (0xF900, 0xFAFF), (0xFF66, 0xFF9D),
         (0x1AFF0, 0x1B16F), (0x20000, 0x3FFFF)]
APOS = "'`\u00b7\u02bb\u02bc\u055a\u05f3\u2018\u2019\u201b\u2032\uff07"
LINES = '\n\v\f\r\x85\u2028\u2029'
LOOK = dict(zip('аеорсухіјѕԁԛԝһАВЕКМНОРСТХІЈЅУοαερυντικΑΒΕΖΗΙΚΜΝΟΡΤΥΧ',
                'aeopcyxijsdqwhabekmhopctxijsyoaepuvtikabezhikmnoptyx'))


# Latin letters, by their case, as letters of other alphabets.
AS_GREEK = {(v.upper() if k.isupper() else v): k for k, v in LOOK.items() if k < '\u0400'}
AS_CYRILLIC = {(v.upper() if k.isupper() else v): k for k, v in LOOK.items() if k >= '\u0400'}
ARABIC = {ord(k): v for k, v in zip('ىیکڪةہۃە', 'ييككهههه')}


def within(ranges, c):
    return any(a <= ord(c) <= b for a, b in ranges)


def kind(c):
    """The class of a character."""
    cat = unicodedata.category(c)
    if c in APOS:
        return 'apos'
    if cat == 'Cf' or c == '\u0640' or within(IGNORABLE, c) and cat != 'Cn':
        return 'ignore'
    if cat[0] == 'M' or c in '\uff9e\uff9f':
        return 'mark'
    if (cat[0] == 'L' or cat == 'Nl') and within(ALONE, c):
        return 'alone'
    if cat[0] in 'LN':
        return 'word'
    if c in LINES:
        return 'line'
    for name, those in (('dot', '.\u066b\uff0e'), ('comma', ',\u066c'), ('slash', '\u2044'),
                        ('quote', '"\u05f4')):
        if c in those:
            return name
    return 'break'


def fold(c):
    """The fold of one character."""
    if '\uac00' <= c <= '\ud7a3':
        return c
    s, before = c, None
    while s != before:
        before, s = s, ''.join(unicodedata.normalize('NFKD', x.casefold())
                               if not '\uac00' <= x <= '\ud7a3' else x
                               for x in unicodedata.normalize('NFKD', s))
    out = ''
    for x in s:
        if unicodedata.category(x) == 'Nd':
            out += str(unicodedata.decimal(x))
        elif x == '\u0131':
            out += 'i'
        elif x == '\u2044' or kind(x) in ('word', 'alone') or \
                kind(x) == 'mark' and unicodedata.category(x) == 'Mc':
            out += x
    return out.translate(ARABIC)


def look_alike(c):
    return LOOK[c] if c in LOOK else ''.join(LOOK.get(x, x) for x in fold(c))


def unlike(letters, first, end):
    """Whether a letter of [first, end) is among them that looks like no Latin one."""
    return any(first <= fold(c)[0] < end and c not in LOOK and fold(c)[0] not in LOOK for c in letters if is_alike(c))


def as_other(c, twins):
    """The fold of c with twins for its Latin letters."""
    return fold(twins[c]) if c in twins else ''.join(fold(twins[x]) if x in twins else x for x in fold(c))


def has_twin(c, twins):
    return c in twins or not any('a' <= x <= 'z' and x not in twins for x in fold(c))


def reading(letters):
    """How to fold each of the letters of a word in which alphabets meet."""
    latin = [c for c in letters if any('a' <= x <= 'z' for x in fold(c)) and not is_alike(c)]
    greek, cyrillic = unlike(letters, '\u0370', '\u0400'), unlike(letters, '\u0400', '\u0530')
    if cyrillic and not greek and all(has_twin(c, AS_CYRILLIC) for c in latin):
        return lambda c: as_other(c, AS_CYRILLIC)
    if greek and not cyrillic and all(has_twin(c, AS_GREEK) for c in latin):
        return lambda c: as_other(c, AS_GREEK)
    return look_alike


def is_letter(c):
    return unicodedata.category(c)[0] == 'L'


def is_alike(c):
    return any('\u0370' <= x <= '\u052f' for x in fold(c))


def is_digit(c):
    return any(x in '0123456789' for x in fold(c))


def is_hebrew(c):
    return '\u05d0' <= c <= '\u05ea'


def compose(key):
    """Conjoining jamo to syllables, nothing else."""
    out = ''
    for c in key:
        if out and ('\u1100' <= c <= '\u11ff'):
            pair = unicodedata.normalize('NFC', out[-1] + c)
            if len(pair) == 1:
                out = out[:-1] + pair
                continue
        out += c
    return out


# --- repair -----------------------------------------------------------------

TRAIL = {chr(b): b for b in range(0x80, 0xC0)}
for _b in range(0x80, 0xA0):
    try:
        TRAIL[bytes([_b]).decode('cp1252')] = _b
    except UnicodeDecodeError:
        pass
FOLLOWS = {0x85, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x9B, 0xA0, 0xAB, 0xB7, 0xBB}


def damaged(text, i):
    """(character, how many it was, doubtful) for the sequence at i, or None."""
    lead = ord(text[i])
    if not 0xC2 <= lead <= 0xF4:
        return None
    n = 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
    trail = [TRAIL.get(c) for c in text[i + 1:i + n]]
    if len(trail) < n - 1 or None in trail:
        return None
    try:
        c = bytes([lead] + trail).decode('utf-8')
    except UnicodeDecodeError:
        return None
    if unicodedata.category(c) in ('Cn', 'Co', 'Cc'):
        return None
    return c, n, all(t in FOLLOWS for t in trail)


def characters(text):
    """[(character, begin, end)] with byte offsets, repaired."""
    at, offset = [], 0
    for c in text:
        at.append(offset)
        offset += len(c.encode())
    at.append(offset)
    out, i, repaired = [], 0, -1
    while i < len(text):
        d = damaged(text, i)
        if d:
            c, n, doubtful = d
            after = text[i + n:i + n + 1]
            sound = (doubtful and text[i] != '\u00c2' and repaired != i
                     and not (after and is_letter(after))
                     and not (after and damaged(text, i + n))
                     and not (unicodedata.category(text[i]) == 'Lu' and i
                              and unicodedata.category(text[i - 1]) == 'Ll'))
            if not sound:
                out.append((c, at[i], at[i + n]))
                i = repaired = i + n
                continue
        out.append((text[i], at[i], at[i + 1]))
        i += 1
    return out


# --- words ------------------------------------------------------------------

CAP, ALLCAPS, NUMBER, CHAR, LINE = 1, 2, 4, 8, 16


def peek(cs, i):
    """The next character from i that is not ignored, and its place."""
    while i < len(cs) and kind(cs[i][0]) == 'ignore':
        i += 1
    return (cs[i][0], i) if i < len(cs) else ('', i)


def next_is(cs, i, test):
    c, _ = peek(cs, i)
    return bool(c) and kind(c) == 'word' and test(c)


def initial(cs, i):
    c, at = peek(cs, i)
    if not c or kind(c) != 'word' or not is_letter(c):
        return False
    after, _ = peek(cs, at + 1)
    return not after or kind(after) != 'word'


def take_word(cs, i):
    """(parts, place after, end): parts are characters, and '.' or '/' that was kept."""
    parts, since, last, end = [], 0, '', 0
    while i < len(cs):
        c, _, e = cs[i]
        k = kind(c)
        i += 1
        if k == 'word':
            parts.append(c)
            since, last, end = since + 1, c, e
        elif k == 'mark':
            parts.append(c)
            end = e
        elif k == 'ignore':
            continue
        elif k == 'apos' and next_is(cs, i, is_letter):
            continue
        elif k == 'quote' and is_hebrew(last) and next_is(cs, i, is_hebrew):
            continue
        elif k == 'comma' and is_digit(last) and next_is(cs, i, is_digit):
            continue
        elif k == 'slash' and is_digit(last) and next_is(cs, i, is_digit):
            parts.append('\u2044')
        elif k == 'dot' and is_digit(last) and next_is(cs, i, is_digit):
            parts.append('.')
        elif k == 'dot' and is_letter(last) and since == 1 and initial(cs, i):
            since = 0
        else:
            return parts, i - 1, end
    return parts, i, end


def key_of(parts):
    letters = [c for c in parts if c not in '.\u2044']
    latin = any('a' <= x <= 'z' for c in letters for x in fold(c))
    one = reading([c for c in letters if kind(c) == 'word']) if latin and any(is_alike(c) for c in letters) else fold
    return compose(''.join(c if c in '.\u2044' else one(c) for c in parts))


def flags_of(parts):
    letters = [c for c in parts if is_letter(c)]
    flags = CAP if unicodedata.category(parts[0]) in ('Lu', 'Lt') else 0
    if len(letters) > 1 and all(unicodedata.category(c) == 'Lu' for c in letters):
        flags |= ALLCAPS
    if any(is_digit(c) for c in parts):
        flags |= NUMBER
    return flags


def words(text):
    """[(begin, end, flags, key)]"""
    cs, out, i, line = characters(text), [], 0, True
    while i < len(cs):
        c, begin, end = cs[i]
        k = kind(c)
        if k == 'word':
            parts, i, end = take_word(cs, i)
            key, flags = key_of(parts), flags_of(parts)
        elif k == 'alone':
            key, flags = fold(c), CHAR | (NUMBER if is_digit(c) else 0)
            i += 1
            while i < len(cs) and kind(cs[i][0]) in ('mark', 'ignore'):
                if kind(cs[i][0]) == 'mark':
                    key, end = key + fold(cs[i][0]), cs[i][2]
                i += 1
        else:
            line = line or k == 'line'
            i += 1
            continue
        if key:
            out.append((begin, end, flags | (LINE if line else 0), key))
            line = False
    return out


# --- shingles, sketch, fingerprints -------------------------------------------


def shingles(ws, k):
    """[(hash, word after the last)]"""
    hashes = [hash_key(w[3].encode()) for w in ws]

    def one(i, end):
        h = 0
        for x in hashes[i:end]:
            h = ((h << 24 | h >> 40) & M64) + x & M64
        return h, end

    out = []
    for i in range(len(ws)):
        weight, end = 0, i
        while end < len(ws) and weight < 8 * k:
            weight += 5 if ws[end][2] & CHAR else 8
            end += 1
        if weight >= 8 * k:
            out.append(one(i, end))
    return out or ([one(0, len(ws))] if ws else [])


KEY = 0x73686E676C656435  # of the sketch: public


def factor_of(i):
    z = KEY + i * 0x9E3779B97F4A7C15 & M64
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & M64
    z = (z ^ z >> 27) * 0x94D049BB133111EB & M64
    return (z ^ z >> 31) >> 32 | 1


def sketch(hashes):
    """256 lanes of 32 bits; at least one hash."""

    lanes = [M32] * 256
    for factor in (0, factor_of(1)):
        least = [M32] * 256
        for s in hashes:
            x = s + (s >> 32) * factor & M32
            least[x >> 24] = min(least[x >> 24], x)
        lanes = [new if old == M32 else old for old, new in zip(lanes, least)]
    for i in range(256):
        if lanes[i] == M32:
            lanes[i] = min((s >> 32) + (s >> 48) * factor_of(2 + i) & 0xFFFF for s in hashes)
    return lanes


def stored(lanes):
    return bytes((x ^ x >> 8) & 255 for x in lanes)


def bands(lanes, seed):
    out, cut = [], stored(lanes)
    for b in range(42):
        z = seed + (b + 1) * 0x9E3779B97F4A7C15 & M64
        for j in range(3):
            z = (z ^ (cut[b + 42 * j] | cut[b + 42 * j + 126] << 32)) * 0xBF58476D1CE4E5B9 & M64
            z ^= z >> 32
        out.append((z * 0x94D049BB133111EB & M64) >> 32)
    return out


def winnow(hashes):
    out = []
    for i in range(max(1, len(hashes) - 7)):
        window = range(i, min(i + 8, len(hashes)))
        least = min(hashes[j] for j in window)
        if out and out[-1] >= i and hashes[out[-1]] == least:
            continue
        out.append(max(j for j in window if hashes[j] == least))
    return out


def print_of(s, seed):
    x = (s ^ seed) * 0x9E3779B97F4A7C15 & M64
    x = (x ^ x >> 32) * 0xD6E8FEB86659FD93 & M64
    x = (x ^ x >> 29) * 0xBF58476D1CE4E5B9 & M64
    return x >> 24


# --- the texts ----------------------------------------------------------------


def generated(n, syllables, space, seed):
    out, state = [], seed
    for i in range(n):
        state = (state * 6364136223846793005 + 1442695040888963407) & M64
        length = 1 + (state >> 40) % 3
        w = ''.join(syllables[(state >> (8 * j)) % len(syllables)] for j in range(length))
        out.append(w.capitalize() + ('\n' if i % 40 == 39 else space) if i % 11 == 0 else w + space)
    return ''.join(out)


TEXTS = [
    'one', 'Two words', 'a b', 'The quick mayor said “we don’t wait” on Monday.',
    "It's Élodie's café — CAFÉ, naïve, ﬁnal ﬂow, œuvre, Ærø, Łódź, ½ and x².",
    'Straße STRASSE Fuß, ß ẞ', 'IŞIK ışık İstanbul ISTANBUL', 'ΟΔΟΣ οδός Ὀδυσσεύς ᾳ ΑΙ',
    'Ёлка и ёж: МЭР сказал «нет».', 'Vоtе for pаypal and Сhіса, ёmail ΑΤΜ',
    'العَرَبِيَّة كتـــاب ١٬٢٣٤٫٥٠ لا ﷺ', 'שָׁלוֹם צה״ל צה"ל ג׳ירפה', 'हिन्दी में ख़बर १२३',
    'ภาษาไทย น้ำ ๒๕๖๗', 'မြန်မာ ភាសាខ្មែរ ພາສາລາວ', '市长今天在会上说，预算将在３月通过。',
    '市長はｶﾞｲﾄﾞとガイドを、パンのーだ々〇', '시장은 오늘 한국어 ㅋㅋ ㅎㅏㄴ 말했다',
    'in\u00adter\u200bna\u2060tion\u00a0al\ufeff a\u200dle',
    '1,000 3.14 1.2.3 1,2 12. 3,a .5 2017-03-12 7⁄8 10.30am ①',
    'The U.S. and the u.k.; U.N.-led, a.m., e.g. J.K. Rolling, B.Smith, A.B',
    "rock 'n' roll l’homme o'er 'tis dogs’ it''s d'1 col·lecció Hawaiʻi",
    'e-mail mayor@town.example https://news.example.org/a_b?c=d#e',
    '👩‍👩‍👧‍👦 ☃️ 1️⃣ 🇩🇪 ✅', '\u0301\u0308 \u20dd', '… — ! ? «»', ' \n\t ',
    'â€œDonâ€™tâ€\u009d seÃ±or â€” voilÃ\u00a0 Ã§a saidÂ\u00a0so Å‚Ã³dÅº',
    'Ð¿Ñ€Ð¸Ð²ÐµÑ‚ Ð¼Ð¸Ñ€ and æ—¥æœ¬ ï»¿x',
    'VIVA PERÚ» CAFÉ» café’” SÃO AMANHÃ” passé…', '„groß“, sagt er. „weiß“ Auch', 'É\n\nLine\r\nTwo\u2028Three',
    'x' * 17, 'ab' * 40 + ' ' + 'Z9' * 70 + ' ' + 'й' * 150, 'K Å ℃ ™ Ⅷ ⅷ ǆ ǅ Ǆ ŉ ſ ﬅ',
    'a\u0301b\u0323\u0307 \u1e69 s\u0307\u0323', 'ｆｕｌｌ ＷＩＤＴＨ １２．５',
    generated(300, ['ka', 'ro', 'lin', 'mé', 'sto', 'ver', 'ny', 'ta'], ' ', 7),
    generated(240, ['са', 'ло', 'мир', 'ное', 'ви', 'т'], ' ', 8),
    generated(200, ['市', '今', '天', '会', '说', '预', '算', 'a1 '], '', 9),
    generated(40, ['b', 'c'], ' ', 10), generated(2500, ['pre', 'si', 'dent', 'al', 'u', 'xo'], ' ', 11),
    'Mocквa MOCКBA гopoд, Ёлкa, yтpoм — Αθηvα ΑΘΗNA, бrand яx ΣA бD бé ЖßW',
    'علی على علي کتاب كتاب ہے هے مدینة مدينه جمعیة سۀ ۂ ۓ اُردو',
]
SEEDS = [0, 0x0123456789ABCDEF]


def escape(s):
    return s.replace('\\', '\\\\').replace('\n', '\\n').replace('\r', '\\r').replace('\t', '\\t')


def table(rows):
    return ''.join('\t'.join(str(x) for x in row) + '\n' for row in rows)


def pages():
    """For every 256 code points: which of them are old (Unicode 3.2), and the XXH3 of class
    and fold of those. Characters that came later may be missing in one of the tables."""
    old = unicodedata.ucd_3_2_0
    names = ['break', 'line', 'ignore', 'mark', 'word', 'alone', 'apos', 'dot', 'comma', 'slash',
             'quote']
    for page in range(0x320):
        bits, data = 0, b''
        for low in range(256):
            c = chr(page << 8 | low)
            if old.category(c) in ('Cn', 'Cs', 'Co') or unicodedata.category(c) == 'Cn':
                continue
            bits |= 1 << low
            k = kind(c)
            data += bytes([names.index(k)])
            if k in ('word', 'alone', 'mark'):
                data += fold(c).encode()
        if bits:
            yield '%x' % page, '%064x' % bits, '%016x' % xxh3(data.ljust(17, b'\0'))


def vectors():
    made = {'texts.tsv': [], 'words.tsv': [], 'shingles.tsv': [], 'sketch.tsv': [], 'prints.tsv': []}
    for i, text in enumerate(TEXTS):
        ws = words(text)
        body = ''.join(w[3] + ' ' for w in ws).encode()
        made['texts.tsv'].append((i, len(ws), '%016x' % xxh3(body) if len(body) > 16 else '-',
                                  escape(text)))
        for w in ws[:60]:
            made['words.tsv'].append((i, *w, '%016x' % hash_key(w[3].encode())))
        for k in (3, 5):
            ss = shingles(ws, k)
            for j in list(range(len(ss)))[:10] + list(range(len(ss)))[10:][-2:]:
                made['shingles.tsv'].append((i, k, len(ss), j, ss[j][1], '%016x' % ss[j][0]))
        s3 = [s for s, _ in shingles(ws, 3)]
        s5 = [s for s, _ in shingles(ws, 5)]
        for seed in SEEDS if s3 else []:
            lanes = sketch(s3)
            made['sketch.tsv'].append((i, '%016x' % seed, stored(lanes).hex(),
                                       ''.join('%08x' % b for b in bands(lanes, seed))))
        if s5:
            made['prints.tsv'].append((i, '%016x' % SEEDS[1], ','.join(
                '%d:%010x' % (p, print_of(s5[p], SEEDS[1])) for p in winnow(s5))))
    made['pages.tsv'] = list(pages())
    return {name: table(rows) for name, rows in made.items()}


def main():
    if sys.argv[1] != '--check':
        for name, content in vectors().items():
            with open(os.path.join(sys.argv[1], name), 'w', encoding='utf-8', newline='') as f:
                f.write(content)
        return 0
    wrong = 0
    for name, content in vectors().items():
        with open(os.path.join(sys.argv[2], name), encoding='utf-8', newline='') as f:
            if f.read() != content:
                print(name, 'differs from what make.py writes')
                wrong = 1
    return wrong


if __name__ == '__main__':
    sys.exit(main())
