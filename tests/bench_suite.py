#!/usr/bin/python3
"""bench_suite - script/bench: every watched figure comes out of its rows, in its form; and a tiny run of it works.

usage: bench_suite.py BUILD_DIR
"""
import csv
import json
import math
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, os.pardir)
sys.path.insert(0, os.path.join(ROOT, "bench", "suite"))
import figures  # noqa: E402
import machine  # noqa: E402
import readme  # noqa: E402
import rows as rows_of  # noqa: E402

# What others read: name, unit, which way is better, and its value from the rows below.
WATCHED = {
    "hot_path_over_xxh3_cache": ("ratio", "less", 30),
    "hot_path_over_scalar": ("ratio", "more", 20),
    "hot_path_articles_per_s": ("articles/s", "more", 500_000),
    "hot_path_cyrillic_over_ascii": ("ratio", "less", 1.5),
    "hot_path_chinese_over_ascii": ("ratio", "less", 2.25),
    "hot_path_avx2_over_avx512": ("ratio", "less", 1.25),
    "sketch_rmse_j50_n400": ("J", "less", .025),
    "text_to_signature_over_datasketch": ("ratio", "more", 1000),
    "text_to_signature_over_rensa": ("ratio", "more", 50),
    "text_to_signature_over_gaoya": ("ratio", "more", 40),
    "ingest_batched_per_s": ("articles/s", "more", 90_000),
    "ingest_single_per_s": ("articles/s", "more", 60_000),
    "ingest_matched_per_s": ("articles/s", "more", 11_000),
    "ingest_over_dupsort": ("ratio", "more", 45),
    "ack_p50_ms": ("ms", "less", 3),
    "ack_p99_ms": ("ms", "less", 30),
    "query_copies_p50_us": ("us", "less", 9),
    "query_copies_p99_us": ("us", "less", 90),
    "query_full_p50_us": ("us", "less", 200),
    "query_full_p99_us": ("us", "less", 900),
    "query_full_growth": ("ratio", "less", 2),
    "index_bytes_per_article": ("B", "less", 1500),
    "file_bytes_per_article": ("B", "less", 2500),
    "ram_bytes_per_article": ("B", "less", 500),
    "written_bytes_per_article": ("B", "less", 6000),
    "restart_s_per_million": ("s", "less", 2),
}
ROWS = """\
bench,name,level,corpus,n,repetitions,min,median,max,unit
# a note
kernels,xxh3,scalar,news-cache:1,2048,9,99,100,101,ns/article
kernels,whole,scalar,news-cache:1,2048,9,1,19000,1,ns/article
kernels,plain,scalar,news-cache:1,2048,9,1,40000,1,ns/article
kernels,xxh3,avx2,news-cache:1,2048,9,1,77.7,1,ns/article
kernels,whole,avx2,news-cache:1,2048,9,1,2500,1,ns/article
kernels,whole,avx2,ascii-cache:2,2048,9,1,5,1,ns/B
kernels,whole,avx2,cyrillic-cache:3,2048,9,1,50,1,ns/B
kernels,xxh3,avx512,news-cache:1,2048,9,1,66.66666667,1,ns/article
kernels,whole,avx512,news-cache:1,2048,9,1,2000,1,ns/article
kernels,whole,avx512,news-cache:1,2048,9,1,.7,1,ns/B
kernels,whole,avx512,ascii-cache:2,2048,9,1,.6,1,ns/B
kernels,whole,avx512,cyrillic-cache:3,2048,9,1,.9,1,ns/B
kernels,whole,avx512,chinese-cache:4,2048,9,1,1.5,1,ns/B
kernels,xxh3,avx512,news-memory:5,2048,9,1,600,1,ns/article
kernels,whole_over_xxh3,avx512,news-cache:1,2048,9,29,30,31,ratio
kernels,plain_over_whole,avx512,news-cache:1,2048,9,19,20,21,ratio
kernels,avx2_over_avx512,avx2,news-cache:1,2048,9,1,1.25,2,ratio
kernels,whole_over_ascii,avx512,chinese-cache:4,2048,9,1,2.25,3,ratio
accuracy,rmse_j50_n400,avx512,random:1,4000,5,.024,.025,.026,J
accuracy,rmse_j50_n50,avx512,random:1,4000,5,.024,.9,.026,J
peers,shingled.text_to_signature,avx512,news:6,5000,7,2,2.5,3,us/article
peers,datasketch.text_to_signature,2.0.0,news:6,300,3,1,2500,1,us/article
peers,datasketch.text_to_signature_in_batches,2.0.0,news:6,300,3,1,1,1,us/article
peers,rensa.text_to_signature,0.5.0,news:6,300,3,1,125,1,us/article
peers,gaoya.text_to_signature,0.2.2,news:6,300,3,1,100,1,us/article
load,ingest_batched_per_s,batch,a,500000,1,1,90000,1,1/s
load,ingest_batched_per_s,batch,a,1000000,1,1,1,1,1/s
load,ingest_single_per_s,single,a,100000,1,1,1,1,1/s
load,ingest_single_per_s,single,a,500000,1,1,60000,1,1/s
load,ingest_matched_per_s,match,a,1000000,1,1,11000,1,1/s
load,ack_p50_ms,single,a,1000000,1,1,3,1,ms
load,ack_p99_ms,single,a,1000000,1,1,30,1,ms
load,query_copies_p50_us,-,a,1000000,1,1,9,1,us
load,query_copies_p99_us,-,a,1000000,1,1,90,1,us
load,query_full_p50_us,single,a,100000,1,1,50,1,us
load,query_full_p50_us,single,a,1000000,1,1,200,1,us
load,query_full_p50_us,single,a,10000000,1,1,400,1,us
load,query_full_p99_us,single,a,1000000,1,1,900,1,us
load,index_bytes_per_article,single,a,1000000,1,1,1500,1,bytes
load,file_bytes_per_article,single,a,1000000,1,1,2500,1,bytes
load,ram_bytes_per_article,single,a,1000000,1,1,500,1,bytes
load,written_bytes_per_article,match,a,1000000,1,1,1,1,bytes
load,written_bytes_per_article,batch,a,1000000,1,1,6000,1,bytes
load,restart_s_per_million,single,a,1000000,1,1,2,1,s
layout,segments_ingest_per_s,avx512,news:7,256000,2,1,45000,1,articles/s
layout,dupsort_ingest_per_s,avx512,news:7,100000,1,1,1000,1,articles/s
"""
# What a tiny run without peers must tell.
TINY = {name for name in WATCHED if not name.startswith("text_")} - {"query_full_growth"}


def parsed(text):
    return rows_of.Rows(filter(None, map(rows_of.parse, text.splitlines())))


def read_json(path):
    with open(path, encoding="utf8") as f:
        return [json.loads(line) for line in f]


def check_form(found):
    """One object a line, with four keys, of a figure that is watched and a finite number."""
    for f in found:
        assert list(f) == ["name", "value", "unit", "better"], f
        assert (f["unit"], f["better"]) == WATCHED[f["name"]][:2], f
        assert isinstance(f["value"], float) and math.isfinite(f["value"]) and f["value"] > 0, f
    assert len({f["name"] for f in found}) == len(found), "no name twice"


def test_figures():
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        figures.save_json(out.name, parsed(ROWS))
        found = read_json(out.name)
        check_form(found)
        assert [f["name"] for f in found] == list(WATCHED), "all of them, in this order"
        for f in found:
            wanted = WATCHED[f["name"]][2]
            assert math.isclose(f["value"], wanted, rel_tol=1e-5), (f, wanted)
        figures.save_json(out.name, parsed(""))
        assert read_json(out.name) == [], "nothing is made up where there are no rows"


def test_levels():
    """The best level that the machine has counts, and a ratio that was not measured is left out."""
    lacking = parsed("\n".join(r for r in ROWS.splitlines() if not (r.startswith("kernels") and "avx512" in r))
                     + "\nkernels,whole_over_xxh3,avx2,news-cache:1,2048,9,1,32,99,ratio")
    found = {f.name: value for f, value, _, _ in figures.derive(lacking)}
    assert found["hot_path_over_xxh3_cache"] == 32 and found["hot_path_articles_per_s"] == 400_000
    assert found["hot_path_cyrillic_over_ascii"] == 10
    assert found["hot_path_avx2_over_avx512"] is None and found["hot_path_chinese_over_ascii"] is None


def test_malformed():
    for line in ("kernels,whole,-", "kernels,whole,-,a,1,1,1,x,1,ns", "kernels,whole,-,a,1,1,1,nan,1,ns"):
        try:
            rows_of.parse(line)
        except rows_of.Malformed:
            continue
        raise AssertionError(f"taken for a row: {line}")


def test_readme(folder):
    """Machines stand side by side, a column each, the best level first; what one did not measure is a dash."""
    about = dict.fromkeys(rows_of.ABOUT, "x")
    row = "load,ack_p50_ms,batch,-,1000000,1,1,{},1,ms"
    for level, value in ("avx2", 3), ("avx512", 2):
        rows = [rows_of.parse(row.format(value))]
        if level == "avx512":
            rows.append(rows_of.parse("load,ack_p99_ms,batch,-,1000000,1,1,21,1,ms"))
        rows_of.save(os.path.join(folder, level, "load.csv"), rows, about)
    table = [line for line in readme.lines(folder) if line.startswith("|")]
    assert table == ["| figure | goal | avx512 | over | avx2 | over |", "|---|---|---|---|---|---|",
                     "| `ack_p50_ms` | ≤ 5 ms | 2.00 | 1,000,000 | 3.00 | 1,000,000 |",
                     "| `ack_p99_ms` | ≤ 50 ms | 21.0 | 1,000,000 | – | – |"], table


def test_level(build):
    """The folder of a whole run is named after the vectors that the daemon uses."""
    with open("/proc/cpuinfo", encoding="utf8") as f:
        flags = f.read().split()
    assert machine.level(build) in readme.LEVELS, machine.level(build)
    os.environ["SHG_CPU"] = "scalar"
    capped = machine.level(build)
    del os.environ["SHG_CPU"]
    assert capped == "scalar", capped
    assert machine.level(build) != "avx2" or "avx2" in flags


def bench(*options):
    return subprocess.run([os.path.join(ROOT, "script", "bench"), *options], capture_output=True, text=True,
                          timeout=250 * int(os.environ.get("SHG_SLOWER", "1")))


def test_usage():
    done = bench("--only", "nonsense")
    assert done.returncode == 2 and "usage: script/bench" in done.stderr, done
    done = bench("--help")
    assert done.returncode == 0 and "--quick" in done.stdout and not done.stderr, done


def test_failure(folder):
    """A program that is not there fails its part, and so the run."""
    done = bench("--smoke", "--only", "accuracy", "--build", folder, "--results", folder)
    assert done.returncode == 1 and "accuracy failed" in done.stdout and "Traceback" not in done.stderr, done


def test_smoke(build, folder):
    out = os.path.join(folder, "figures.json")
    done = bench("--smoke", "--no-peers", "--build", build, "--results", folder, "--json", out)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stdout + done.stderr
    found = read_json(out)
    check_form(found)
    wanted = TINY if "avx512: skipped" not in done.stdout else TINY - {"hot_path_avx2_over_avx512"}
    missing = wanted - {f["name"] for f in found}
    assert not missing, f"{sorted(missing)}\n{done.stdout}{done.stderr}"
    assert "others took" in done.stdout and all(name in done.stdout for name in wanted), done.stdout
    for part in ("kernels", "accuracy", "load", "peers", "layout"):
        with open(os.path.join(folder, part + ".csv"), encoding="utf8", newline="") as f:
            kept = list(csv.DictReader(f))
        assert list(kept[0]) == rows_of.ABOUT + rows_of.COLUMNS and all(r["bench"] == part for r in kept), part
        assert all(float(r["min"]) <= float(r["median"]) <= float(r["max"]) for r in kept), part
        at = {name: [r["n"] for r in kept if r["name"] == name] for name in ("growth_ingest_per_s", "growth_query_p50_us")}
        assert part != "load" or at["growth_query_p50_us"] == at["growth_ingest_per_s"] != [], at
    drawn = os.path.join(folder, "drawn")
    subprocess.run([os.path.join(ROOT, "bench", "plot"), folder, drawn], check=True, stdout=subprocess.DEVNULL)
    assert sorted(os.listdir(drawn)) == ["growth.svg", "layout.svg"], os.listdir(drawn)
    left = [name for name in os.listdir(build) if name.startswith("shingled-bench-")]
    assert not left, f"left behind: {left}"


def main():
    test_figures()
    test_levels()
    test_malformed()
    test_usage()
    test_level(os.path.abspath(sys.argv[1]))
    with tempfile.TemporaryDirectory() as folder:
        test_readme(folder)
    with tempfile.TemporaryDirectory() as folder:
        test_failure(folder)
        test_smoke(os.path.abspath(sys.argv[1]), folder)


main()
