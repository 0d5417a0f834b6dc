#!/usr/bin/python3
"""quality_measures - the measures of bench/quality against values worked out by hand."""
import math
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "bench", "quality"))
import baseline  # noqa: E402
import measures  # noqa: E402
from measures import Span  # noqa: E402
from names import Names, plain  # noqa: E402
import table  # noqa: E402


class Measures(unittest.TestCase):
    def test_f1(self):
        self.assertAlmostEqual(measures.f1(3, 1, 2), 6 / 9)  # P 3/4, R 3/5
        self.assertEqual(measures.f1(0, 4, 0), 0.0)

    def test_macro_f1(self):
        cells = measures.confusion(["a", "a", "b", "b"], ["a", "b", "b", "b"])
        self.assertAlmostEqual(measures.class_f1(cells, "a"), 2 / 3)
        self.assertAlmostEqual(measures.class_f1(cells, "b"), 4 / 5)
        self.assertAlmostEqual(measures.macro_f1(cells, ("a", "b", "never")), (2 / 3 + 4 / 5) / 2)
        self.assertAlmostEqual(measures.accuracy(cells), 3 / 4)

    def test_an_error_lowers_recall_of_its_class(self):
        cells = measures.confusion(["a", "a"], ["a", "error"])
        self.assertAlmostEqual(measures.macro_f1(cells, ("a",)), 2 / 3)

    def test_auc(self):
        self.assertEqual(measures.auc([3, 4], [1, 2]), 1.0)
        self.assertEqual(measures.auc([1, 2], [3, 4]), 0.0)
        self.assertAlmostEqual(measures.auc([1, 3], [2]), 0.5)
        self.assertAlmostEqual(measures.auc([2, 2], [2, 1]), 0.75)  # ties count half: (.5 + 1 + .5 + 1) / 4
        self.assertTrue(math.isnan(measures.auc([], [1])))

    def test_adjusted_rand(self):
        gold = dict(zip("abcdef", (1, 1, 1, 2, 2, 2)))
        self.assertEqual(measures.adjusted_rand(gold, gold), 1.0)
        # {a,b}, {c,d}, {e,f}: 2 pairs agree of 6 and 3; expected 6 * 3 / 15; (2 - 1.2) / (4.5 - 1.2)
        got = dict(zip("abcdef", (1, 1, 2, 2, 3, 3)))
        self.assertAlmostEqual(measures.adjusted_rand(gold, got), 0.8 / 3.3)
        # All in one cluster says nothing: 0.
        self.assertAlmostEqual(measures.adjusted_rand(gold, dict.fromkeys("abcdef", 1)), 0.0)

    def test_plagdet_exact(self):
        s = [Span("p", 0, 10, 100, 110)]
        self.assertEqual(measures.plagdet(s, s), (1.0, 1.0, 1.0, 1.0))

    def test_plagdet_two_halves(self):
        """All is found, in two pieces: granularity 2, plagdet 1 / log2(3)."""
        found = [Span("p", 0, 5, 100, 105), Span("p", 5, 10, 105, 110)]
        p, r, g, d = measures.plagdet([Span("p", 0, 10, 100, 110)], found)
        self.assertEqual((p, r, g), (1.0, 1.0, 2.0))
        self.assertAlmostEqual(d, 1 / math.log2(3))

    def test_plagdet_partly(self):
        """Half of the case, in a detection that is twice as long as what it hits, and a second one beside everything."""
        found = [Span("p", 5, 15, 105, 115), Span("p", 50, 60, 300, 310)]
        p, r, g, d = measures.plagdet([Span("p", 0, 10, 100, 110)], found)
        self.assertEqual((p, r, g), (0.25, 0.5, 1.0))
        self.assertAlmostEqual(d, 2 * 0.25 * 0.5 / 0.75)

    def test_plagdet_wrong_place_and_pair(self):
        """The source side does not meet, or the pair is another: nothing is found."""
        case = [Span("p", 0, 10, 100, 110)]
        self.assertEqual(measures.plagdet(case, [Span("p", 0, 10, 200, 210)])[3], 0.0)
        self.assertEqual(measures.plagdet(case, [Span("q", 0, 10, 100, 110)])[3], 0.0)

    def test_reliability(self):
        scored = [(0.95, True), (0.97, True), (0.55, False), (0.55, True), (1.0, True)]
        rows = measures.reliability(scored)
        self.assertEqual([(r[0], r[2], r[4]) for r in rows], [(0.5, 2, 0.5), (0.95, 3, 1.0)])
        self.assertAlmostEqual(measures.calibration_error(scored), (2 * 0.05 + 3 * (1 - 2.92 / 3)) / 5)


class Baseline(unittest.TestCase):
    def test_methods(self):
        ten = baseline.grams("one two three four five six seven eight nine ten")  # six 5-grams
        five = baseline.grams("one two three four five")
        self.assertEqual((len(ten), len(five), len(baseline.grams("天地玄黄宇宙洪荒日月"))), (6, 1, 3))
        self.assertEqual(baseline.jaccard(ten, ten), "copy")
        self.assertEqual(baseline.jaccard(ten, five), "none")  # 1 of 6
        self.assertEqual(baseline.containment(ten, five), "excerpt")  # 1/6 and 1
        self.assertEqual(baseline.containment(ten, ten), "copy")
        self.assertEqual(baseline.containment(ten, baseline.grams("a b c d e f")), "none")


class Tables(unittest.TestCase):
    def test_names(self):
        names = Names()
        self.assertEqual(names.id("the AP"), names.id("Associated Press"))
        self.assertNotEqual(names.id("Associated Press"), names.id("Reuters"))
        self.assertEqual(plain("The Dunmere-Mail"), plain("dunmere mail"))
        self.assertEqual(plain("The"), "the")

    def test_below(self):
        self.assertTrue(table.below("macro_f1_all", 0.95, 0.9499))
        self.assertFalse(table.below("macro_f1_all", 0.95, 0.95))
        self.assertTrue(table.below("false_reuse", 0.01, 0.02))
        self.assertFalse(table.below("false_reuse", 0.01, 0.0))
        self.assertTrue(table.below("auc", 0.5, math.nan))

    def test_readme(self):
        text = f"a\n{table.BEGIN}\nold\n{table.END}\nb\n"
        self.assertEqual(table.readme_with(text, ["new"]), f"a\n{table.BEGIN}\nnew\n{table.END}\nb\n")
        self.assertRaises(ValueError, table.readme_with, "no marks", ["new"])


unittest.main()
