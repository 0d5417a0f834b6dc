"""spoil - what happens to a text on its way: each way a function of the text and a source of chance.

The texts may be in any script; what is done to words is done to pairs of characters where a script has
no spaces.
"""
import re

HIDDEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
# Letters of the one script that look like a letter of the other.
LATIN = dict(zip("aceiopsxyABCEHIKMOPSTXY", "асеіорѕхуАВСЕНІКМОРЅТХУ"))
CYRILLIC = {v: k for k, v in LATIN.items()}
FUNCTION = set("""the a an of to and in is was that it for on with as at by be from this have had has not are were but or he
    she they his her its their there been who which will would der die das und in den von zu mit sich des auf für ist im
    dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über so
    el la de que y en un los se del las por con no una su para es al lo como más o pero sus le ha
    и в не на я что он с как это по но из у за от же для к до так
    的 了 在 是 和 一 不 有 也 就 他 这""".split())
MENU = """Home News Sport Weather Culture Business Opinion Letters Puzzles Radio Podcasts Archive Newsletter Subscribe
    Share Save Print Follow Contact Jobs Notices Help Menu Search Login Account Region World Science Travel Food Most
    read Related stories More from this section Advertisement Cookie settings Terms Privacy Imprint""".split()
SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")
SPACELESS = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]{1,2}|\s+|[^\s\u3040-\u30ff\u4e00-\u9fff]+")


def sentences(text):
    return [s for s in SENTENCE.split(text) if s and s.strip()]


def sentence_runs(text, n):
    """Each n sentences that follow each other, as they stand in the text."""
    cuts = [0, *(m.end() for m in SENTENCE.finditer(text)), len(text)]
    cuts = sorted(set(cuts))
    return [text[a:b].strip() for a, b in zip(cuts, cuts[n:])]


def is_spaceless(text):
    return len(re.findall(r"[\u3040-\u30ff\u4e00-\u9fff]", text)) > len(text) / 2


def units(text):
    """Words, and the rest between them; joined they are the text."""
    return SPACELESS.findall(text) if is_spaceless(text) else re.findall(r"\w+|\W+", text)


def words_of(text):
    return [u for u in units(text) if u[0].isalpha()]


def in_words(share, change):
    """A change to that share of the words."""
    def spoil(text, rng, pool):
        return "".join(change(u, rng) if u[0].isalpha() and rng.random() < share else u for u in units(text))
    return spoil


def hide(word, rng):
    at = rng.randrange(len(word) + 1)
    return word[:at] + rng.choice(HIDDEN) + word[at:]


def disguise(word, rng):
    return "".join(LATIN.get(c, CYRILLIC.get(c, c)) if rng.random() < .5 else c for c in word)


def capitals(text, rng, pool):
    return text.upper()


def mojibake(text, rng, pool):
    """UTF-8 read as cp1252, its five holes as the control characters that browsers take them for."""
    return "".join(chr(b) if b in b"\x81\x8d\x8f\x90\x9d" else bytes([b]).decode("cp1252") for b in text.encode())


def shuffle_paragraphs(text, rng, pool):
    parts = [p for p in text.split("\n") if p.strip()]
    rng.shuffle(parts)
    return "\n\n".join(parts)


def shuffle_sentences(text, rng, pool):
    parts = sentences(text)
    rng.shuffle(parts)
    return " ".join(parts)


def furnish(text, rng, pool):
    """250 words of menus and of other articles' headlines, above and below."""
    lines, n = [], 0
    while n < 250:
        lines.append(" ".join(rng.sample(MENU, 6)) if rng.random() < .5 else rng.choice(pool)["headline"])
        n += max(1, len(words_of(lines[-1])))
    half = len(lines) // 2
    return "\n".join([*lines[:half], text, *lines[half:]])


def replace_content(share):
    def spoil(text, rng, pool):
        fresh = words_of(rng.choice([r["text"] for r in pool if is_spaceless(r["text"]) == is_spaceless(text)]))
        def change(u):
            function = u.lower() in FUNCTION or is_spaceless(u) and set(u) & FUNCTION
            return rng.choice(fresh) if u[0].isalpha() and not function and rng.random() < share else u
        return "".join(map(change, units(text)))
    return spoil


def misread(share):
    """A letter becomes another, is lost, or another comes behind it: as a scanner does."""
    def spoil(text, rng, pool):
        alphabet = sorted({c for c in text.lower() if c.isalpha()})
        def change(c):
            if not c.isalpha() or rng.random() >= share:
                return c
            kind = rng.random()
            return rng.choice(alphabet) if kind < .6 else "" if kind < .8 else c + rng.choice(alphabet)
        return "".join(map(change, text))
    return spoil


def first_words(n):
    """From the first line with 15 words or more: a teaser begins with the lead, not with the page's menu."""
    def spoil(text, rng, pool):
        lines = text.split("\n")
        lead = next((i for i, line in enumerate(lines) if len(words_of(line)) >= 15), 0)
        text = "\n".join(lines[lead:])
        if is_spaceless(text):
            return text[:2 * n]
        ends = [m.end() for m in re.finditer(r"\S+", text)]
        return text[:ends[min(n, len(ends)) - 1]]
    return spoil


def digest(text, rng, pool):
    others = [r["text"] for r in rng.sample([r for r in pool if r["text"] != text], 8)]
    others.insert(rng.randrange(9), text)
    return "\n\n".join(others)


def excerpt(n, inside):
    """n sentences in a row, of 30 words or more in all; None where there are none. By themselves, or inside another
    article."""
    def spoil(text, rng, pool):
        runs = [r for r in sentence_runs(text, n) if len(words_of(r)) >= 30]
        if not runs or not inside:
            return rng.choice(runs) if runs else None
        host = rng.choice([r["text"] for r in pool if r["text"] != text]).split("\n")
        host.insert(len(host) // 2, rng.choice(runs))
        return "\n".join(host)
    return spoil
