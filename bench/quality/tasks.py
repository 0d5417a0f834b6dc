"""tasks - what is asked of the daemon about a corpus, and the figures that come of it.

A task takes (server, corpus, options) on an empty store and returns {figure: (value, n)}; `notes` collects what is
worth reading and is no figure. An error counts as a wrong answer.
"""
import collections

import baseline
import measures
from folders import LEVELS, RELATIONS, relation
from names import Names

REUSE = RELATIONS[:4]
CREDITED = ("wire", "republished", "reports", "told")


def _gold(corpus):
    return [relation(r["relation"]) for r in corpus.pairs]


def _ids(rows):
    return [(r["a"], r["b"]) for r in rows]


def _said(answer):
    return "error" if "error" in answer else relation(answer["relation"])


def _sure(row):
    return row["confidence"] == "high" and row.get("note") != "captions"


def relations(server, corpus, options, notes):
    """COMPARE's relation of each labelled pair, of the stored articles and of the bare texts."""
    server.put_all(corpus.docs.values())
    gold = _gold(corpus)
    out = _baselines(corpus, gold)
    for way, stored in (("", True), ("_bare", False)):
        answers = server.compare(corpus.docs, _ids(corpus.pairs), stored)
        got = [_said(a) for a in answers]
        for which, keep in (("all", lambda r: True), ("sure", _sure)):
            kept = [i for i, r in enumerate(corpus.pairs) if keep(r)]
            cells = measures.confusion([gold[i] for i in kept], [got[i] for i in kept])
            if kept:
                out[f"macro_f1_{which}{way}"] = measures.macro_f1(cells, RELATIONS), len(kept)
            if kept and stored and which == "all":
                out["accuracy_all"] = measures.accuracy(cells), len(kept)
                notes.append(_confusion_lines(cells))
        if stored:
            notes += [f"  {g} but {p}: {r['a']} {r['b']}" for r, g, p in zip(corpus.pairs, gold, got) if g != p]
            notes += _by_language(corpus, gold, got)
            scored = [(a["score"], g == p) for a, g, p in zip(answers, gold, got) if p in REUSE]
            if scored:
                out["score_calibration_error"] = measures.calibration_error(scored), len(scored)
                for low, high, n, score, right in measures.reliability(scored):
                    out[f"score_{low:.2f}_to_{high:.2f}"] = score, n
                    out[f"right_{low:.2f}_to_{high:.2f}"] = right, n
    return out


def _by_language(corpus, gold, got):
    right = collections.defaultdict(list)
    for r, g, p in zip(corpus.pairs, gold, got):
        right[corpus.docs[r["a"]].get("lang", "?")].append(g == p)
    return [f"  {lang}: {sum(ok)} of {len(ok)} pairs right" for lang, ok in sorted(right.items())]


def _baselines(corpus, gold):
    """The same pairs by textbook methods."""
    grams = {i: baseline.grams(corpus.docs[i]["text"]) for pair in _ids(corpus.pairs) for i in pair}
    return {"baseline_" + method.__name__:
            (measures.macro_f1(measures.confusion(gold, [method(grams[a], grams[b]) for a, b in _ids(corpus.pairs)]),
                               RELATIONS), len(gold))
            for method in (baseline.jaccard, baseline.containment)}


def _confusion_lines(cells):
    columns = (*RELATIONS, "error")
    rows = ["  labelled \\ said " + "".join(f"{c:>9}" for c in columns) + "       F1"]
    for g in RELATIONS:
        rows.append(f"  {g:15} " + "".join(f"{cells[g, p]:9}" for p in columns) + f"{measures.class_f1(cells, g):9.3f}")
    return "\n".join(rows)


def query(server, corpus, options, notes):
    """Does QUERY of the one find the other, and does it claim reuse where there is none?"""
    server.put_all(corpus.docs.values())
    asks = ((k, "QUERY", {"uri": r["a"], "limit": 1000, "passages": False}) for k, r in enumerate(corpus.pairs))
    answers = server.many("query", asks, 8)
    found, total, false = collections.Counter(), collections.Counter(), 0
    for k, (r, gold) in enumerate(zip(corpus.pairs, _gold(corpus))):
        matches = {m["uri"]: m["relation"] for m in answers[k].get("matches", ())}
        total[gold] += 1
        found[gold] += r["b"] in matches
        if gold == "none" and matches.get(r["b"]) in ("copy", "excerpt", "rewrite"):
            false += 1
            notes.append(f"  false {matches[r['b']]}: {r['a']} {r['b']}")
        elif gold != "none" and r["b"] not in matches:
            notes.append(f"  not found: {gold}: {r['a']} {r['b']}")
    out = {f"recall_{k}": (found[k] / total[k], total[k]) for k in REUSE if total[k]}
    if total["none"]:
        out["false_reuse"] = false / total["none"], total["none"]
    return out


def credits(server, corpus, options, notes):
    """CREDITS of each article against its labels: name and role, and the name in any role."""
    names = Names(corpus.sources)
    gold = collections.defaultdict(set)
    for r in corpus.credits:
        if r["kind"] in CREDITED:
            gold[r["id"]].add((names.id(r["name"]), r["kind"]))
    ids = corpus.credited_ids()
    asks = ((i, "CREDITS", {"publisher": corpus.docs[i].get("source") or "", "headline": corpus.docs[i].get("title") or ""},
             corpus.docs[i]["text"].encode()) for i in ids)
    answers = server.many("credits", asks)
    counts = {k: [0, 0, 0] for k in (*CREDITED, "any")}
    for i in ids:
        got = {(names.id(c["name"]), c["role"]) for c in answers[i].get("credits", ()) if c["role"] in CREDITED}
        _count(counts, got, gold[i])
        notes += [f"  no such credit: {r} {n}: {i}" for n, r in sorted(got - gold[i])]
        notes += [f"  missed: {r} {n}: {i}" for n, r in sorted(gold[i] - got)]
    out = {}
    for k, c in counts.items():
        if c[0] + c[2]:
            p, r = measures.precision_recall(*c)
            out |= {f"{k}_precision": (p, c[0] + c[1]), f"{k}_recall": (r, c[0] + c[2]),
                    f"{k}_f1": (measures.f1(*c), c[0] + c[2])}
    return out


def _count(counts, got, gold):
    for k in got & gold:
        counts[k[1]][0] += 1
    for k in got - gold:
        counts[k[1]][1] += 1
    for k in gold - got:
        counts[k[1]][2] += 1
    g, p = {n for n, _ in gold}, {n for n, _ in got}
    for k, n in enumerate((len(g & p), len(p - g), len(g - p))):
        counts["any"][k] += n


def spans(server, corpus, options, notes):
    """COMPARE's passages against known ones, by category: plagdet."""
    rows = corpus.passages
    if options.limit:
        rows = rows[::max(1, len(rows) // options.limit)]
    kind = {(r["id_a"], r["id_b"]): r["label"] for r in rows}
    pairs = list(kind)
    true = [measures.Span((r["id_a"], r["id_b"]), *(int(r[k]) for k in ("start_a", "end_a", "start_b", "end_b")))
            for r in corpus.spans if (r["id_a"], r["id_b"]) in kind]
    detected = [measures.Span(p, *x["query"], *x["match"])
                for p, a in zip(pairs, server.compare(corpus.docs, pairs, False, offsets="codepoint"))
                for x in a.get("passages", ())]
    out = {}
    for k in sorted(set(kind.values())) + ["all"]:
        s = [x for x in true if k in ("all", kind[x.pair])]
        r = [x for x in detected if k in ("all", kind[x.pair])]
        if s:
            p, rec, granularity, value = measures.plagdet(s, r)
            out[f"plagdet_{k}"] = value, len(s)
            notes.append(f"  {k}: precision {p:.4f} recall {rec:.4f} granularity {granularity:.3f}, {len(r)} detections")
        else:
            out[f"pairs_with_false_passages_{k}"] = (len({x.pair for x in r}) / sum(v == k for v in kind.values()),
                                                     sum(v == k for v in kind.values()))
    return out


def derived(server, corpus, options, notes):
    """COMPARE's derivation: derived or not by its score, and its level."""
    server.put_all(corpus.docs.values())
    answers = server.compare(corpus.docs, [(r["id_a"], r["id_b"]) for r in corpus.derived], True)
    gold = [LEVELS[r["label"]] for r in corpus.derived]
    level = {"whole": 2, "partial": 1, "none": 0}
    got = [level.get(a.get("derivation", {}).get("level"), -1) for a in answers]
    worst = lambda g: -1.0 if g else 2.0
    scores = [a.get("derivation", {}).get("score", worst(g)) for a, g in zip(answers, gold)]
    cells = measures.confusion(gold, got)
    n = len(gold)
    out = {"binary_accuracy": (sum(p >= 0 and (p > 0) == (g > 0) for g, p in zip(gold, got)) / n, n),
           "macro_f1": (sum(measures.class_f1(cells, k) for k in set(gold)) / len(set(gold)), n)}
    if 0 in gold and max(gold) > 0:
        out["auc"] = measures.auc([s for s, g in zip(scores, gold) if g], [s for s, g in zip(scores, gold) if not g]), n
    return out


def clusters(server, corpus, options, notes):
    """STORY of each article against its cluster. Stories may depend on the order of arrival, so that is kept."""
    server.put_all([corpus.docs[i] for i in corpus.clusters], window=1)
    answers = server.many("story", ((i, "STORY", {"uri": i}) for i in corpus.clusters))
    got = {i: a.get("story", "none for " + i) for i, a in answers.items()}
    members = collections.defaultdict(set)
    for i, s in got.items():
        members[s].add(i)
    for s, m in sorted(members.items()):
        if len({corpus.clusters[i] for i in m}) > 1 and corpus.own:
            notes.append(f"  one story: {' '.join(sorted(m))}")
    return {"ari": (measures.adjusted_rand(corpus.clusters, got), len(got))}


def retrieval(server, corpus, options, notes):
    """Does QUERY of one version find the others, and how many outsiders come along?"""
    server.put_all(corpus.docs.values())
    members = collections.defaultdict(set)
    for i, k in corpus.clusters.items():
        members[k].add(i)
    ids = [i for i, k in corpus.clusters.items() if len(members[k]) > 1]
    answers = server.many("query", ((i, "QUERY", {"uri": i, "limit": 1000, "passages": False}) for i in ids), 8)
    found = total = outside = 0
    for i in ids:
        matches = {m["uri"] for m in answers[i].get("matches", ()) if m["relation"] in REUSE}
        mates = members[corpus.clusters[i]] - {i}
        found, total, outside = found + len(matches & mates), total + len(mates), outside + len(matches - mates - {i})
    return {"recall": (found / max(1, total), total), "outsiders_per_query": (outside / max(1, len(ids)), len(ids))}


def templates(server, corpus, options, notes):
    """Forms filled in twice: the share that is called a copy, an excerpt or a rewrite, and the share called a template."""
    server.put_all(corpus.docs.values())
    rows = [r for r in corpus.pairs if r["relation"] == "template"]
    said = [a.get("relation", "error") for a in server.compare(corpus.docs, _ids(rows), True)]
    notes += [f"  {s}: {r['a']} {r['b']}" for r, s in zip(rows, said) if s in ("copy", "excerpt", "rewrite", "error")]
    return {"called_reuse": (sum(s in ("copy", "excerpt", "rewrite", "error") for s in said) / len(rows), len(rows)),
            "called_template": (sum(s == "template" for s in said) / len(rows), len(rows))}


# name: (function, does this corpus have what it needs?)
TASKS = {
    "relations": (relations, lambda c: c.pairs),
    "query": (query, lambda c: c.pairs),
    "credits": (credits, lambda c: c.credits),
    "spans": (spans, lambda c: c.spans),
    "derived": (derived, lambda c: c.derived),
    "clusters": (clusters, lambda c: c.clusters),
    "retrieval": (retrieval, lambda c: c.clusters and not c.own),
    "templates": (templates, lambda c: any(r["relation"] == "template" for r in c.pairs)),
}
