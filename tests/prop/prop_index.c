// prop_index.c - the index against a naive model in memory, at random.
//
// Articles are added, replaced and removed in groups; in between segments are sealed
// and merged slice by slice, and the index is closed and opened again. Whatever was done
// when, the index must answer as the model does.
#include "t.h"
#include "index/index.h"

#include <unistd.h>

enum {
    URIS = 400,
    DOCS = 6000,
    PRINTS_MOST = 40,
    HOT = 12,    // fingerprints that most documents carry
    COLD = 3000, // and those that few do
    BANDS = 9,   // values of a band
    LIST_CAP = 7,
    NEAR_CAP = 9,
    ROUNDS = 1200,
    NAME = 64,
    SEED = 11,
};

typedef struct entry {
    uint32_t uri, version;
    bool alive, linked;
    uint64_t seed;
} entry;

typedef struct model {
    entry doc[DOCS];
    uint32_t n;
    uint32_t at[URIS], version[URIS]; // document of a uri, or DOC_NONE
    uint64_t deleted;
} model;

typedef struct world {
    char dir[NAME];
    article_index *ix;
    index_opts o;
    model m, saved; // saved: before the group
    uint64_t r;
} world;

typedef struct made {
    char uri[NAME], record[NAME], text[400];
    print prints[PRINTS_MOST];
    minhash sig;
    doc_add a;
} made;

static uint64_t hot_hash(unsigned i)
{
    return i * 0x1526374859ull & 0xffffffffff;
}

static uint64_t cold_hash(unsigned i)
{
    uint64_t s = i;
    return t_random(&s) & 0xffffffffff;
}

static uint32_t below(uint64_t *r, uint32_t n)
{
    return (uint32_t)(t_random(r) % n);
}

static void make_prints(made *s, uint64_t *r)
{
    uint32_t n = 0;
    for (unsigned i = 0; i < HOT; i++)
        if (below(r, 10) < 7)
            s->prints[n++] = (print){hot_hash(i), below(r, 4) == 0};
    uint32_t first = below(r, COLD), more = below(r, PRINTS_MOST - HOT);
    for (uint32_t i = 0; i < more; i++)
        s->prints[n++] = (print){cold_hash((first + i) % COLD), below(r, 4) == 0};
    s->a.n_prints = n;
}

static void set_band(uint8_t *lane, uint8_t value)
{
    for (int i = 0; i < MINHASH_ROWS; i++)
        lane[MINHASH_BANDS * i] = value;
}

// An article is all determined by the seed of its document.
static void make(made *s, uint32_t uri, uint64_t seed)
{
    uint64_t r = seed;
    *s = (made){.a = {.publisher = uri % 5, .content = seed, .body = seed / 2, .sig = &s->sig}};
    snprintf(s->uri, sizeof s->uri, "https://valley-courier.example/%u", (unsigned)uri);
    snprintf(s->record, sizeof s->record, "{\"headline\":\"Harvest %llu\"}",
             (unsigned long long)seed);
    size_t len = below(&r, sizeof s->text - 20);
    for (size_t at = 0; at < len;)
        at += (size_t)snprintf(s->text + at, sizeof s->text - at, "%s ",
                               below(&r, 2) ? "barley" : "oats");
    make_prints(s, &r);
    for (unsigned i = 0; i < MINHASH_LANES; i++)
        s->sig.lane[i] = (uint8_t)t_random(&r);
    for (unsigned i = 0; i < MINHASH_BANDS; i++)
        if (below(&r, 30) == 0)
            set_band(s->sig.lane + i, (uint8_t)below(&r, BANDS));
    if (below(&r, 20) == 0) // blank
        memset(s->sig.lane, 0xff, sizeof s->sig.lane);
    minhash_bands(s->sig.band, s->sig.lane, SEED);
    s->a.uri = view_of(s->uri);
    s->a.record = view_of(s->record);
    s->a.text = view_of(s->text);
    s->a.published_ms = (int64_t)(seed % 1000);
    s->a.stored_ms = (int64_t)(seed % 77);
    s->a.n_words = (uint32_t)(len / 5);
    s->a.prints = s->prints;
}

static void open_index(world *w)
{
    const char *why = "";
    shg_err err = index_open(&w->ix, w->dir, &w->o, &why);
    if (err)
        fail_msg("open: %s: %s", shg_err_name(err), why);
}

static void take_out(model *m, uint32_t uri)
{
    if (m->at[uri] == DOC_NONE)
        return;
    m->doc[m->at[uri]].alive = false;
    m->at[uri] = DOC_NONE;
    m->deleted++;
}

static void add_one(world *w, index_txn *t, uint32_t uri)
{
    model *m = &w->m;
    made s;
    uri_entry e;
    uint64_t seed = t_random(&w->r);
    make(&s, uri, seed);
    assert_ok(index_add(t, &s.a, &e));
    take_out(m, uri);
    m->doc[m->n] = (entry){.uri = uri, .version = ++m->version[uri], .alive = true, .seed = seed};
    m->at[uri] = m->n++;
    assert_int_equal(e.doc, m->at[uri]);
    assert_int_equal(e.version, m->version[uri]);
}

static void remove_one(world *w, index_txn *t, uint32_t uri)
{
    char name[NAME];
    snprintf(name, sizeof name, "https://valley-courier.example/%u", (unsigned)uri);
    shg_err err = index_remove(t, view_of(name));
    assert_int_equal(err, w->m.at[uri] == DOC_NONE ? SHG_ENOTFOUND : SHG_OK);
    take_out(&w->m, uri);
}

static void change_group(world *w)
{
    index_txn *t;
    uint32_t n = 1 + below(&w->r, 30), most = below(&w->r, 4) ? URIS : 20;
    w->saved = w->m;
    assert_ok(index_begin(&t, w->ix));
    for (uint32_t i = 0; i < n && w->m.n < DOCS; i++) {
        uint32_t uri = below(&w->r, most);
        if (below(&w->r, 5))
            add_one(w, t, uri);
        else
            remove_one(w, t, uri);
    }
    if (below(&w->r, 8)) {
        assert_ok(index_commit(&t));
    } else {
        index_abort(&t);
        w->m = w->saved;
    }
}

static void link_some(world *w)
{
    doc_link l[8];
    uint8_t value[4] = {'p', 'l', 'a', 'c'};
    if (!w->m.n)
        return;
    for (int i = 0; i < 8; i++) {
        l[i] = (doc_link){below(&w->r, w->m.n), {value, sizeof value}};
        w->m.doc[l[i].doc].linked = true; // also of one that was taken out
    }
    assert_ok(index_link(w->ix, l, 8));
}

static bool has_print(const made *s, uint64_t hash, bool *quoted)
{
    for (uint32_t i = 0; i < s->a.n_prints; i++)
        if (s->prints[i].hash == hash) {
            *quoted = s->prints[i].quoted;
            return true;
        }
    return false;
}

// The model's answer, document by document.
static void check_list(const model *m, const made *all, uint64_t hash, const posting_list *l)
{
    uint32_t n = 0, ever = 0, there = 0;
    bool quoted = false;
    for (uint32_t doc = 0; doc < m->n; doc++) {
        if (!has_print(&all[doc], hash, &quoted))
            continue;
        ever++;
        if (!m->doc[doc].alive)
            continue;
        there++;
        if (n == LIST_CAP)
            continue;
        assert_true(n < l->n);
        assert_int_equal(l->p[n].doc, doc);
        assert_int_equal(l->p[n].quoted, quoted);
        n++;
    }
    assert_int_equal(l->n, n);
    assert_in_range(l->total, there <= LIST_CAP ? there : LIST_CAP + 1, ever);
}

static void check_lookup(world *w, const made *all)
{
    enum { MOST = HOT + 100 };
    uint64_t hashes[MOST];
    postings p;
    size_t n = 0;
    for (unsigned i = 0; i < HOT; i++)
        hashes[n++] = hot_hash(i);
    while (n < MOST)
        hashes[n++] =
            below(&w->r, 10) ? cold_hash(below(&w->r, COLD)) : t_random(&w->r) >> below(&w->r, 30);
    assert_ok(index_lookup(w->ix, hashes, n, &p));
    assert_int_equal(p.n, n);
    for (size_t i = 0; i < n; i++)
        check_list(&w->m, all, hashes[i], &p.list[i]);
    postings_free(&p);
}

static bool is_near(const minhash *a, const minhash *b)
{
    uint32_t x = 0, y = 0;
    bool equal = false;
    for (int i = 0; i < MINHASH_BANDS; i++) {
        equal |= a->band[i] == b->band[i];
        x |= a->band[i];
        y |= b->band[i];
    }
    return equal && x && y;
}

static void check_near(world *w, const made *all, const minhash *sig)
{
    uint32_t found[NEAR_CAP];
    size_t n, total, at = 0, there = 0;
    assert_ok(index_near(w->ix, sig->band, DOC_NONE, found, NEAR_CAP, &n, &total));
    for (uint32_t doc = 0; doc < w->m.n; doc++) {
        if (!w->m.doc[doc].alive || !is_near(&all[doc].sig, sig))
            continue;
        there++;
        if (at < NEAR_CAP)
            assert_int_equal(found[at++], doc);
    }
    assert_int_equal(n, at);
    assert_int_equal(total, there);
}

static void check_document(world *w, const made *s, uint32_t doc)
{
    const entry *e = &w->m.doc[doc];
    article a;
    minhash g;
    doc_info info;
    assert_int_equal(index_get(w->ix, doc, &a), e->alive ? SHG_OK : SHG_ENOTFOUND);
    assert_int_equal(index_signs(w->ix, doc, &g), e->alive ? SHG_OK : SHG_ENOTFOUND);
    assert_int_equal(index_info(w->ix, doc, &info), e->alive);
    if (!e->alive)
        return;
    assert_true(view_eq(a.uri, s->a.uri) && view_eq(a.record, s->a.record) &&
                view_eq(a.text, s->a.text));
    assert_int_equal(a.version, e->version);
    assert_int_equal(info.content, e->seed);
    assert_int_equal(info.n_words, s->a.n_words);
    assert_memory_equal(&g, &s->sig, sizeof s->sig);
    article_free(&a);
}

static void check_uri(world *w, uint32_t uri)
{
    char name[NAME];
    uri_entry e;
    snprintf(name, sizeof name, "https://valley-courier.example/%u", (unsigned)uri);
    shg_err err = index_find(w->ix, view_of(name), &e);
    assert_int_equal(err, w->m.at[uri] == DOC_NONE ? SHG_ENOTFOUND : SHG_OK);
    if (err)
        return;
    assert_int_equal(e.doc, w->m.at[uri]);
    assert_int_equal(e.version, w->m.version[uri]);
}

typedef struct linked {
    const model *m;
    uint32_t next;
} linked;

// Of a document that was taken out it may be gone.
static void has_no_link(const model *m, uint32_t doc)
{
    assert_false(m->doc[doc].linked && m->doc[doc].alive);
}

static shg_err check_link(void *ctx, uint32_t doc, view value)
{
    linked *l = ctx;
    assert_int_equal(value.len, 4);
    for (; l->next < doc; l->next++)
        has_no_link(l->m, l->next);
    assert_true(l->m->doc[doc].linked);
    l->next++;
    return SHG_OK;
}

static void check_counts(world *w)
{
    index_stats s;
    uint64_t there = 0;
    for (uint32_t i = 0; i < w->m.n; i++)
        there += w->m.doc[i].alive;
    assert_ok(index_stat(w->ix, &s));
    assert_int_equal(s.articles, there);
    assert_int_equal(s.deleted, w->m.deleted);
    assert_int_equal(s.documents, w->m.n);
    assert_int_equal(index_end(w->ix), w->m.n);
}

static void check_all(world *w)
{
    made *all = malloc((w->m.n + 1) * sizeof *all);
    assert_non_null(all);
    for (uint32_t i = 0; i < w->m.n; i++) {
        make(&all[i], w->m.doc[i].uri, w->m.doc[i].seed);
        all[i].a.sig = &all[i].sig;
    }
    check_lookup(w, all);
    for (int i = 0; i < 8 && w->m.n; i++) {
        uint32_t doc = below(&w->r, w->m.n);
        check_near(w, all, &all[doc].sig);
        check_document(w, &all[doc], doc);
        check_uri(w, below(&w->r, URIS));
    }
    linked l = {&w->m, 0};
    assert_ok(index_links(w->ix, check_link, &l));
    for (; l.next < w->m.n; l.next++)
        has_no_link(&w->m, l.next);
    check_counts(w);
    free(all);
}

static void say_fault(void *ctx, const char *line)
{
    (void)ctx;
    print_message("%s\n", line);
}

static void reopen(world *w)
{
    uint64_t faults = 1;
    index_close(&w->ix);
    if (below(&w->r, 4) == 0) {
        assert_ok(index_check(w->dir, w->o.stamp, NULL, say_fault, NULL, NULL, &faults));
        assert_int_equal(faults, 0);
    }
    open_index(w);
}

static void step_some(world *w)
{
    bool more = true;
    for (uint32_t i = below(&w->r, 40); i && more; i--)
        assert_ok(index_merge_step(w->ix, &more));
}

static void start(world *w, uint64_t seed)
{
    w->r = seed;
    strcpy(w->dir, "/tmp/shingled-prop-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    for (int i = 0; i < URIS; i++)
        w->m.at[i] = DOC_NONE;
    w->o = (index_opts){.map_bytes = (size_t)1 << 32,
                        .seal_docs = 10 + below(&w->r, 400),
                        .merge_fanout = 2 + below(&w->r, 3),
                        .block_bytes = 300u << below(&w->r, 6),
                        .list_cap = LIST_CAP,
                        .seed = SEED,
                        .stamp = "prop"};
    open_index(w);
}

static void finish(world *w)
{
    index_close(&w->ix);
    t_remove_store(w->dir);
    free(w);
}

static void run(uint64_t seed, bool background)
{
    world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    start(w, seed);
    if (background) {
        index_close(&w->ix);
        w->o.background = true;
        open_index(w);
    }
    index_stats s;
    for (int i = 0; i < ROUNDS && w->m.n < DOCS - 40; i++) {
        switch (below(&w->r, 12)) {
        default:
            change_group(w);
            break;
        case 0:
        case 1:
            link_some(w);
            break;
        case 2:
        case 3:
            if (!background)
                step_some(w);
            break;
        case 4:
            if (below(&w->r, 4) == 0)
                reopen(w);
            break;
        case 5:
            if (below(&w->r, 4) == 0)
                check_all(w);
            break;
        }
    }
    check_all(w);
    assert_ok(index_stat(w->ix, &s));
    print_message("# %u documents, %u segments, %u merges\n", (unsigned)s.documents,
                  (unsigned)s.segments, (unsigned)s.merges);
    finish(w);
}

static void test_by_hand(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 4; i++)
        run(t_seed() + i, false);
}

static void test_background(void **state)
{
    (void)state;
    run(t_seed() + 100, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_background),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
