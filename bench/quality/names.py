"""names - whether two names mean the same source.

A source that the daemon's table knows, or the corpus's own, goes by its id (a show by its network's), whatever it is
called. Others go by their name, without case, marks, an article in front and words such as "newspaper".
"""
import os
import re
import unicodedata

from folders import HERE, read_table

TABLE = os.path.join(HERE, os.pardir, os.pardir, "daemon", "evidence", "data", "sources.tsv")
ARTICLES = {"the", "der", "die", "das", "dem", "den", "le", "la", "les", "el", "los", "o", "a", "il", "lo", "al"}
GENERIC = {"agency", "newspaper", "magazine", "agence", "agencia", "agentur", "agenzia", "агентство", "газета",
           "صحيفة", "قناة", "وكالة", "مجلة", "جريدة", "روزنامہ", "通信", "通信社"}


def plain(name):
    folded = unicodedata.normalize("NFKC", name).casefold()
    folded = "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))
    words = re.sub(r"['’`´.]", "", folded)
    words = re.sub(r"[\W_]+", " ", words).split()
    while len(words) > 1 and words[0] in ARTICLES | GENERIC:
        words = words[1:]
    while len(words) > 1 and words[-1] in GENERIC:
        words = words[:-1]
    return " ".join(words)


class Names:
    def __init__(self, *tables):
        self.ids, self.parents = {}, {}
        for path in (*tables, TABLE):
            if os.path.exists(path):
                self._read(path)
        for row in read_table(os.path.join(HERE, "names.tsv"), "name", "means"):
            self.ids[plain(row["name"])] = self.id(row["means"])

    def _read(self, path):
        """Columns of sources.tsv: id, name, kind, aliases, domains, lang, parent, flags. The first to claim a name keeps it."""
        with open(path, encoding="utf8") as f:
            for line in f:
                if line.startswith("#") or not line.strip():
                    continue
                id, name, _, aliases, domains, _, parent, *_ = line.rstrip("\n").split("\t") + ["-"] * 8
                if parent not in ("-", ""):
                    self.parents[id] = parent
                for n in (name, *aliases.split(";"), *domains.split(";"), id):
                    self.ids.setdefault(plain(n.lstrip("~")), id)

    def id(self, name):
        """The id of a source of that name, or the name made plain."""
        id = self.ids.get(plain(name), plain(name))
        return self.parents.get(id, id)
