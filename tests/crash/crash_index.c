// crash_index.c - a writer is killed at random; what it acknowledged must be there.
//
// A child puts and removes articles in groups and tells each committed group through a
// pipe, while segments are sealed and merged behind it. The parent kills it, opens the
// store and compares it, byte for byte, with a model of the groups: all that were told,
// and at most the one after them, whole. The next child goes on from there.
#include "t.h"
#include "index/index.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 24, URIS = 300, GROUP = 40, PRINTS = 30, NAME = 64, TEXT = 2500, SEED = 5 };

typedef struct model {
    uint64_t seed[URIS]; // of the article; 0 = none
    uint32_t version[URIS];
    uint32_t groups;
} model;

typedef struct change {
    uint32_t uri;
    uint64_t seed; // 0: take it out
} change;

static const index_opts opts = {.map_bytes = (size_t)1 << 32,
                                .seal_docs = 60,
                                .merge_fanout = 2,
                                .block_bytes = 700,
                                .seed = SEED,
                                .stamp = "crash",
                                .background = true};

// What a group does is all determined by its number.
static uint32_t group_changes(uint32_t group, change *c)
{
    uint64_t r = t_seed() ^ (uint64_t)group << 32;
    uint32_t n = 1 + (uint32_t)(t_random(&r) % GROUP);
    for (uint32_t i = 0; i < n; i++) {
        c[i].uri = (uint32_t)(t_random(&r) % URIS);
        c[i].seed = t_random(&r) % 6 ? t_random(&r) | 1 : 0;
    }
    return n;
}

static void model_group(model *m)
{
    change c[GROUP];
    uint32_t n = group_changes(m->groups++, c);
    for (uint32_t i = 0; i < n; i++) {
        m->seed[c[i].uri] = c[i].seed;
        m->version[c[i].uri] += c[i].seed != 0;
    }
}

typedef struct made {
    char uri[NAME], text[TEXT];
    print prints[PRINTS];
    minhash sig;
    doc_add a;
} made;

static void make(made *s, uint32_t uri, uint64_t seed)
{
    uint64_t r = seed;
    snprintf(s->uri, sizeof s->uri, "https://ferry-times.example/%u", (unsigned)uri);
    size_t len = t_random(&r) % (TEXT - 20), at = 0;
    while (at < len)
        at += (size_t)snprintf(s->text + at, TEXT - at, "%llx ", (unsigned long long)t_random(&r));
    for (uint32_t i = 0; i < PRINTS; i++)
        s->prints[i] = (print){(t_random(&r) & 0xffffffff00) | i, i % 3 == 0};
    for (uint32_t i = 0; i < MINHASH_LANES; i++)
        s->sig.lane[i] = (uint8_t)t_random(&r);
    minhash_bands(s->sig.band, s->sig.lane, SEED);
    s->a = (doc_add){.uri = view_of(s->uri),
                     .record = view_of("{\"headline\":\"Timetable\"}"),
                     .text = {(const uint8_t *)s->text, at},
                     .content = seed,
                     .sig = &s->sig,
                     .prints = s->prints,
                     .n_prints = PRINTS};
}

static shg_err one_change(index_txn *t, const change *c)
{
    made s;
    uri_entry e;
    make(&s, c->uri, c->seed);
    if (c->seed)
        return index_add(t, &s.a, &e);
    shg_err err = index_remove(t, s.a.uri);
    return err == SHG_ENOTFOUND ? SHG_OK : err;
}

// The child: until it is killed.
static int write_groups(const char *dir, uint32_t group, int told)
{
    article_index *ix;
    const char *why;
    if (index_open(&ix, dir, &opts, &why))
        return 2;
    for (;; group++) {
        change c[GROUP];
        index_txn *t;
        uint32_t n = group_changes(group, c);
        if (index_begin(&t, ix))
            return 3;
        for (uint32_t i = 0; i < n; i++)
            if (one_change(t, &c[i]))
                return 4;
        if (index_commit(&t))
            return 5;
        if (write(told, &group, sizeof group) != sizeof group)
            return 6;
    }
}

// Lets the child commit some groups, and kills it at some moment of the one after.
static uint32_t run_and_kill(const char *dir, uint32_t group, uint64_t *r)
{
    int fd[2], status;
    uint32_t told, next = group, groups = (uint32_t)(t_random(r) % 60);
    assert_int_equal(pipe2(fd, O_CLOEXEC), 0);
    fflush(stdout);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(write_groups(dir, group, fd[1]));
    close(fd[1]);
    while (groups-- && read(fd[0], &told, sizeof told) == sizeof told)
        assert_int_equal(told, next++);
    for (volatile uint64_t spin = t_random(r) % 4000000; spin; spin--)
        ; // not a wait for anything: it only spreads the moment of the kill
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status)); // it did not fail by itself
    while (read(fd[0], &told, sizeof told) == sizeof told)
        assert_int_equal(told, next++);
    close(fd[0]);
    return next;
}

static bool is_uri_as(article_index *ix, const model *m, uint32_t uri)
{
    made s;
    uri_entry e;
    article a;
    postings p;
    make(&s, uri, m->seed[uri]);
    shg_err err = index_find(ix, s.a.uri, &e);
    if (!m->seed[uri])
        return err == SHG_ENOTFOUND;
    if (err || e.content != m->seed[uri] || e.version != m->version[uri])
        return false;
    assert_ok(index_get(ix, e.doc, &a));
    bool same = a.version == e.version && view_eq(a.uri, s.a.uri) &&
                view_eq(a.record, s.a.record) && view_eq(a.text, s.a.text);
    article_free(&a);
    assert_ok(index_lookup(ix, &s.prints[uri % PRINTS].hash, 1, &p));
    same = same && p.list[0].n == 1 && p.list[0].p[0].doc == e.doc;
    postings_free(&p);
    return same;
}

static bool is_store_as(article_index *ix, const model *m)
{
    for (uint32_t uri = 0; uri < URIS; uri++)
        if (!is_uri_as(ix, m, uri))
            return false;
    return true;
}

static void say(void *ctx, const char *line)
{
    (void)ctx;
    print_message("%s\n", line);
}

static void assert_sound(const char *dir)
{
    uint64_t faults = 1;
    assert_ok(index_check(dir, opts.stamp, NULL, say, NULL, NULL, &faults));
    assert_int_equal(faults, 0);
}

// What is there is the model after `told` groups, or after one more.
static void compare(const char *dir, model *m, uint32_t told)
{
    article_index *ix;
    const char *why;
    assert_sound(dir); // before anything mends it
    while (m->groups < told)
        model_group(m);
    assert_ok(index_open(&ix, dir, &opts, &why));
    if (!is_store_as(ix, m)) {
        model_group(m);
        assert_true(is_store_as(ix, m));
    }
    index_close(&ix);
    assert_sound(dir);
}

static void clean_up(const char *dir)
{
    t_remove_store(dir);
}

static void test_kill(void **state)
{
    (void)state;
    char dir[NAME] = "/tmp/shingled-crash-XXXXXX";
    static model m;
    uint64_t r = t_seed();
    assert_non_null(mkdtemp(dir));
    article_index *ix;
    const char *why;
    assert_ok(index_open(&ix, dir, &opts, &why));
    index_close(&ix);
    for (int round = 0; round < ROUNDS; round++)
        compare(dir, &m, run_and_kill(dir, m.groups, &r));
    print_message("# %u groups\n", (unsigned)m.groups);
    clean_up(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_kill)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
