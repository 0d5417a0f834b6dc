"""measures - what a score means, as pure functions; tests/quality_measures.py has their values worked out by hand."""
import collections
import math


def f1(true, false, missed):
    """Harmonic mean of precision and recall, from counts; 0 where nothing is right."""
    return 2 * true / (2 * true + false + missed) if true else 0.0


def precision_recall(true, false, missed):
    return true / max(1, true + false), true / max(1, true + missed)


def confusion(gold, got):
    """Counter of (gold, got)."""
    return collections.Counter(zip(gold, got, strict=True))


def class_f1(cells, name):
    true = cells[name, name]
    return f1(true, sum(v for (_, p), v in cells.items() if p == name) - true,
              sum(v for (g, _), v in cells.items() if g == name) - true)


def macro_f1(cells, names):
    """Mean F1 over those of the classes that occur, in the labels or in the answers."""
    seen = [n for n in names if any(n in cell and v for cell, v in cells.items())]
    return sum(class_f1(cells, n) for n in seen) / len(seen) if seen else 0.0


def accuracy(cells):
    return sum(v for (g, p), v in cells.items() if g == p) / max(1, sum(cells.values()))


def auc(positive, negative):
    """The chance that a positive one has the higher value than a negative one, ties half: area under the ROC curve.

    By ranks (Mann and Whitney 1947), so n log n.
    """
    if not positive or not negative:
        return math.nan
    values = sorted([(v, 1) for v in positive] + [(v, 0) for v in negative])
    ranks, i = 0.0, 0
    while i < len(values):
        j = i
        while j < len(values) and values[j][0] == values[i][0]:
            j += 1
        ranks += (i + 1 + j) / 2 * sum(is_positive for _, is_positive in values[i:j])
        i = j
    least = len(positive) * (len(positive) + 1) / 2
    return (ranks - least) / (len(positive) * len(negative))


def adjusted_rand(gold, got):
    """Agreement of two partitions, {item: cluster}, corrected for chance: Hubert and Arabie, J. Classification 1985.

    1: the same; about 0: no better than chance.
    """
    def pairs(counts):
        return sum(n * (n - 1) // 2 for n in counts.values())

    both = pairs(collections.Counter((gold[i], got[i]) for i in gold))
    a = pairs(collections.Counter(gold.values()))
    b = pairs(collections.Counter(got[i] for i in gold))
    everything = len(gold) * (len(gold) - 1) // 2
    expected = a * b / everything if everything else 0.0
    most = (a + b) / 2
    return (both - expected) / (most - expected) if most != expected else 1.0


# A detected or true passage: the pair it belongs to, and [begin, end) in either text.
Span = collections.namedtuple("Span", "pair a_begin a_end b_begin b_end")


def _size(span):
    return span.a_end - span.a_begin + span.b_end - span.b_begin


def _overlap(x, y):
    """Both sides must meet."""
    return (min(x.a_end, y.a_end) > max(x.a_begin, y.a_begin)
            and min(x.b_end, y.b_end) > max(x.b_begin, y.b_begin))


def _union(begin, end, ranges):
    """Length of the part of [begin, end) that the ranges cover."""
    total, last = 0, begin
    for b, e in sorted(ranges):
        b, e = max(b, last), min(e, end)
        if e > b:
            total, last = total + e - b, e
    return total


def _covered(span, others):
    return (_union(span.a_begin, span.a_end, [(o.a_begin, o.a_end) for o in others])
            + _union(span.b_begin, span.b_end, [(o.b_begin, o.b_end) for o in others])) / _size(span)


def plagdet(true, detected):
    """(precision, recall, granularity, plagdet) of passages: Potthast, Stein, Barrón-Cedeño, Rosso, COLING 2010.

    Precision and recall are means over passages of the share of characters covered, on both sides together (the
    paper's macro average); granularity is the mean number of detections of those true passages that were detected.
    plagdet is F1 / log2(1 + granularity).
    """
    by_pair = collections.defaultdict(lambda: ([], []))
    for s in true:
        by_pair[s.pair][0].append(s)
    for r in detected:
        by_pair[r.pair][1].append(r)
    recall = precision = 0.0
    cases = hits = 0
    for cases_here, found_here in by_pair.values():
        for s in cases_here:
            met = [r for r in found_here if _overlap(s, r)]
            recall += _covered(s, met) if met else 0.0
            cases, hits = cases + bool(met), hits + len(met)
        for r in found_here:
            met = [s for s in cases_here if _overlap(s, r)]
            precision += _covered(r, met) if met else 0.0
    p = precision / len(detected) if detected else 0.0
    r = recall / len(true) if true else 0.0
    granularity = hits / cases if cases else 1.0
    mean = 2 * p * r / (p + r) if p + r else 0.0
    return p, r, granularity, mean / math.log2(1 + granularity)


def reliability(scored, bins=(0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)):
    """[(from, to, n, mean score, share right)] of (score, right) pairs; a score belongs to the last bin that it reaches."""
    out = []
    for k, (low, high) in enumerate(zip(bins, bins[1:])):
        last = k == len(bins) - 2
        here = [(s, ok) for s, ok in scored if low <= s and (s < high or last)]
        if here:
            out.append((low, high, len(here), sum(s for s, _ in here) / len(here), sum(ok for _, ok in here) / len(here)))
    return out


def calibration_error(scored):
    """Expected calibration error: mean distance of score and share right over the bins, by their sizes."""
    table = reliability(scored)
    n = sum(row[2] for row in table)
    return sum(row[2] * abs(row[3] - row[4]) for row in table) / n if n else 0.0
