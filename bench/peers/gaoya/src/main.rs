//! gaoya_peer - gaoya's figures on the texts that shingled's were taken on; rows of CSV (bench/rows.h).
//!
//! usage: gaoya_peer FILE [MOST]       the same as peer.py's, of which see what each figure means
use gaoya::minhash::{MinHashIndex, MinHasher, MinHasher32};
use gaoya::text::whitespace_split;
use std::fs;
use std::time::Instant;

const VERSION: &str = "0.2.2";
const LANES: usize = 256;
const BANDS: usize = 42;
const ROWS: usize = 6;
const REPETITIONS: usize = 3;

fn read_texts(path: &str) -> Vec<String> {
    let raw = fs::read(path).expect(path);
    let (mut texts, mut at) = (Vec::new(), 0);
    while at < raw.len() {
        let n = u32::from_le_bytes(raw[at..at + 4].try_into().unwrap()) as usize;
        at += 4;
        texts.push(String::from_utf8(raw[at..at + n].to_vec()).unwrap());
        at += n;
    }
    texts
}

fn status_bytes(field: &str) -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() * 1024.0
}

/// CPU time of this process in microseconds: it has one thread.
fn cpu_us() -> f64 {
    let stat = fs::read_to_string("/proc/self/schedstat").unwrap();
    stat.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1e3
}

fn quantile(v: &[f64], q: f64) -> f64 {
    let at = (v.len() - 1) as f64 * q;
    let low = at as usize;
    v[low] + (at - low as f64) * (v[(low + 1).min(v.len() - 1)] - v[low])
}

fn row(figure: &str, n: usize, mut v: Vec<f64>, unit: &str) {
    v.sort_by(f64::total_cmp);
    println!("peers,gaoya.{figure},{VERSION},@,{n},{},{:.6},{:.6},{:.6},{unit}", v.len(), v[0], quantile(&v, 0.5),
             v[v.len() - 1]);
}

/// The library's own words, in lower case; its shingles of tokens run the words together, so these are made here.
fn signature(hasher: &MinHasher32<impl std::hash::BuildHasher>, text: &str) -> Vec<u32> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = whitespace_split(&lower).collect();
    hasher.create_signature(words.windows(3))
}

fn measure_index(hasher: &MinHasher32<impl std::hash::BuildHasher>, texts: &[String]) {
    let before = status_bytes("RssAnon");
    let mut signatures: Vec<Vec<u32>> = texts.iter().map(|t| signature(hasher, t)[..BANDS * ROWS].to_vec()).collect();
    let kept = signatures.clone();
    let mut index = MinHashIndex::new(BANDS, ROWS, 0.5);
    let began = Instant::now();
    for (i, s) in signatures.drain(..).enumerate() {
        index.insert(i as u32, s);
    }
    let n = texts.len();
    row("insert", n, vec![began.elapsed().as_secs_f64() * 1e6 / n as f64], "us/article");
    let copies = n as f64 * (BANDS * ROWS * 4) as f64; // `kept` are a second copy, for the queries
    row("memory", n, vec![(status_bytes("RssAnon") - before - copies) / n as f64], "B/article");
    let (mut took, mut found) = (Vec::new(), 0);
    for s in &kept {
        let began = Instant::now();
        found += index.query(s).len();
        took.push(began.elapsed().as_secs_f64() * 1e6);
    }
    took.sort_by(f64::total_cmp);
    row("query_p50", n, vec![quantile(&took, 0.5)], "us");
    row("query_p99", n, vec![quantile(&took, 0.99)], "us");
    row("found", n, vec![found as f64 / n as f64], "articles");
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let Some(path) = args.get(1) else { panic!("usage: gaoya_peer FILE [MOST]") };
    let most = args.get(2).map_or(1000, |m| m.parse().unwrap());
    let texts = read_texts(path);
    let hasher = MinHasher32::new(LANES);
    measure_index(&hasher, &texts);
    let few = &texts[..texts.len().min(10 * most)];
    let took = (0..REPETITIONS).map(|_| {
        let began = cpu_us();
        let sum: u32 = few.iter().map(|t| signature(&hasher, t)[0]).fold(0, u32::wrapping_add);
        assert!(sum > 0);
        (cpu_us() - began) / few.len() as f64
    });
    row("text_to_signature", few.len(), took.collect(), "us/article");
}
