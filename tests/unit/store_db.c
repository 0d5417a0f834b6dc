// store_db.c - the store keeps the promises of db.h, also when there is no room.
#include "t.h"
#include "base/bytes.h"
#include "store/db.h"

#include <lmdb.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NAME = 64, MIB = 1 << 20 };

typedef struct fixture {
    char top[NAME], dir[NAME + 8];
    db *d;
} fixture;

static shg_err open_db(fixture *f, size_t map)
{
    const char *why = NULL;
    shg_err err = db_open(&f->d, f->dir, &(db_opts){.map_bytes = map}, &why);
    assert_non_null(why);
    return err;
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    strcpy(f->top, "/tmp/shingled-db-XXXXXX");
    assert_non_null(mkdtemp(f->top));
    snprintf(f->dir, sizeof f->dir, "%s/store", f->top);
    *state = f;
    return open_db(f, 64 * MIB);
}

static int tear_down(void **state)
{
    fixture *f = *state;
    db_close(&f->d);
    t_remove_store(f->dir);
    rmdir(f->top);
    free(f);
    return 0;
}

static view key_of(uint8_t room[4], uint32_t n)
{
    store32be(room, n);
    return (view){room, 4};
}

static shg_err put_numbers(db *d, db_table table, uint32_t from, uint32_t to, size_t len)
{
    db_txn *t;
    uint8_t k[4];
    uint8_t *value = calloc(1, len + 1);
    assert_non_null(value);
    assert_ok(db_begin(&t, d, true));
    shg_err first = SHG_OK, err;
    for (uint32_t i = from; i < to; i++) {
        memset(value, (int)i, len);
        err = db_put(t, table, key_of(k, i), (view){value, len});
        first = first ? first : err;
    }
    free(value);
    err = db_commit(&t);
    assert_true(!first || err == first); // what failed first is what the commit says
    return err;
}

static bool has(db *d, db_table table, uint32_t n)
{
    db_txn *t;
    uint8_t k[4];
    view v;
    assert_ok(db_begin(&t, d, false));
    shg_err err = db_get(t, table, key_of(k, n), &v);
    assert_true(err == SHG_OK || err == SHG_ENOTFOUND);
    db_abort(&t);
    assert_null(t);
    return !err;
}

static void test_commit_and_abort(void **state)
{
    fixture *f = *state;
    db_txn *t, *r;
    view v;
    struct stat st;
    assert_ok(stat(f->dir, &st) == 0 ? SHG_OK : SHG_EIO);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_ok(db_begin(&t, f->d, true));
    assert_ok(db_put(t, DB_META, view_of("a"), view_of("one")));
    assert_ok(db_get(t, DB_META, view_of("a"), &v)); // its own changes are seen
    assert_true(view_eq(v, view_of("one")));
    assert_ok(db_begin(&r, f->d, false));
    assert_int_equal(db_get(r, DB_META, view_of("a"), &v), SHG_ENOTFOUND);
    assert_ok(db_commit(&t));
    assert_null(t);
    assert_int_equal(db_get(r, DB_META, view_of("a"), &v), SHG_ENOTFOUND); // a snapshot stays
    assert_null(v.p);
    db_abort(&r);
    assert_ok(db_begin(&t, f->d, true));
    assert_ok(db_put(t, DB_META, view_of("a"), view_of("two")));
    db_abort(&t);
    db_abort(&t); // NULL is fine
    for (int again = 0; again < 2; again++) {
        assert_ok(db_begin(&r, f->d, false));
        assert_ok(db_get(r, DB_META, view_of("a"), &v));
        assert_true(view_eq(v, view_of("one")));
        db_abort(&r);
        db_close(&f->d);
        assert_ok(open_db(f, 64 * MIB));
    }
}

static void test_errors_are_sticky(void **state)
{
    fixture *f = *state;
    db_txn *t;
    uint8_t long_key[DB_KEY_MAX + 1] = {1};
    view none = {NULL, 0}, v;
    assert_ok(db_begin(&t, f->d, true));
    assert_ok(db_put(t, DB_META, view_of("k"), view_of("v")));
    assert_int_equal(db_get(t, DB_META, view_of("other"), &v), SHG_ENOTFOUND); // not a failure
    assert_int_equal(db_del(t, DB_META, view_of("other")), SHG_ENOTFOUND);
    assert_int_equal(db_put(t, DB_META, (view){long_key, sizeof long_key}, none), SHG_EINTERNAL);
    assert_int_equal(db_put(t, DB_META, view_of("k2"), view_of("v")), SHG_EINTERNAL);
    assert_int_equal(db_commit(&t), SHG_EINTERNAL);
    assert_null(t);
    assert_ok(db_begin(&t, f->d, false));
    assert_int_equal(db_get(t, DB_META, view_of("k"), &v), SHG_ENOTFOUND);
    assert_int_equal(db_get(t, DB_META, none, &v), SHG_EINTERNAL);
    db_abort(&t);
}

static void test_append_goes_up(void **state)
{
    fixture *f = *state;
    db_txn *t;
    uint8_t k[4];
    view last;
    assert_ok(db_begin(&t, f->d, true));
    assert_int_equal(db_last(t, DB_SIGNS, &last), SHG_ENOTFOUND);
    for (uint32_t i = 250; i < 260; i++)
        assert_ok(db_append(t, DB_SIGNS, key_of(k, i), view_of("x")));
    assert_ok(db_last(t, DB_SIGNS, &last));
    assert_int_equal(load32be(last.p), 259);
    assert_ok(db_commit(&t));
    for (uint32_t i = 258; i < 260; i++) {
        assert_ok(db_begin(&t, f->d, true));
        assert_int_equal(db_append(t, DB_SIGNS, key_of(k, i), view_of("x")), SHG_EINTERNAL);
        assert_int_equal(db_commit(&t), SHG_EINTERNAL);
    }
}

// What is put and deleted between appends, whole leaves at the end of the table too, leaves them
// where they belong.
static void test_append_goes_on(void **state)
{
    enum { ROWS = 2000, GONE = 40 };
    fixture *f = *state;
    static const uint8_t value[900];
    const view row = {value, sizeof value};
    db_txn *t;
    uint8_t k[4];
    view v;
    assert_ok(db_begin(&t, f->d, true));
    for (uint32_t i = 0; i < 2 * ROWS; i++) {
        db_table table = i % 2 ? DB_SIGNS : DB_ARTICLES;
        uint32_t n = i / 2, gone = n > 2 * GONE && n % 64 == 0 ? GONE : 0; // the last ones
        assert_ok(db_append(t, table, key_of(k, 2 * n), row));
        assert_ok(db_put(t, table, key_of(k, n + 1), row));
        for (uint32_t g = 0; g < gone; g++)
            assert_ok(db_del(t, table, key_of(k, 2 * (n - g))));
        while (gone-- > 0)
            assert_ok(db_append(t, table, key_of(k, 2 * (n - gone)), row));
    }
    assert_ok(db_commit(&t));
    assert_ok(db_begin(&t, f->d, false));
    for (uint32_t i = 0; i < 2 * ROWS; i++)
        for (int j = 0; j < 2; j++)
            assert_int_equal(db_get(t, j ? DB_SIGNS : DB_ARTICLES, key_of(k, i), &v),
                             i <= ROWS || i % 2 == 0 ? SHG_OK : SHG_ENOTFOUND);
    db_abort(&t);
}

enum { PIECE = 2025, WHOLE = 32768 }; // where cut.c cuts
static const size_t cut_sizes[] = {1,         PIECE - 1,     PIECE,     PIECE + 1, 2 * PIECE - 1,
                                   2 * PIECE, 3 * PIECE + 7, 48,        47,        9000,
                                   WHOLE - 1, WHOLE,         WHOLE + 1, 3 * WHOLE, 2};
enum { N_CUT = sizeof cut_sizes / sizeof *cut_sizes };

static void fill(uint8_t *p, size_t n, uint64_t seed)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)t_random(&seed);
}

static void expect_cut(view got, size_t n, uint64_t seed)
{
    uint8_t *want = malloc(n + 1);
    assert_non_null(want);
    fill(want, n, seed);
    assert_int_equal(got.len, n);
    assert_memory_equal(got.p, want, n);
    free(want);
}

static shg_err see_cut(void *ctx, view key, view value)
{
    uint32_t *next = ctx;
    assert_int_equal(key.len, 4);
    assert_int_equal(load32be(key.p), *next);
    expect_cut(value, cut_sizes[*next], *next);
    *next += 2; // the odd ones were deleted
    return SHG_OK;
}

// Values of every length about where they are cut come back whole, one after the other and each
// alone, whatever stood in their place before.
static void test_values_in_pieces(void **state)
{
    fixture *f = *state;
    static uint8_t value[3 * WHOLE];
    db_txn *t;
    uint8_t k[4];
    view v, all = {NULL, 0};
    uint32_t next = 0;
    assert_ok(db_begin(&t, f->d, true));
    for (uint32_t i = 0; i < N_CUT; i++) {
        fill(value, cut_sizes[i], i + 99);
        assert_ok(db_append(t, DB_ARTICLES, key_of(k, i), (view){value, cut_sizes[i]}));
    }
    for (uint32_t i = 0; i < N_CUT; i++) { // each in the place of another length
        uint32_t other = (i + 5) % N_CUT;
        fill(value, cut_sizes[other], other);
        assert_ok(db_put(t, DB_ARTICLES, key_of(k, i), (view){value, cut_sizes[other]}));
        fill(value, cut_sizes[i], i);
        assert_ok(db_put(t, DB_ARTICLES, key_of(k, i), (view){value, cut_sizes[i]}));
        assert_ok(db_get(t, DB_ARTICLES, key_of(k, i), &v));
        expect_cut(v, cut_sizes[i], i);
    }
    for (uint32_t i = 1; i < N_CUT; i += 2) {
        assert_ok(db_del(t, DB_ARTICLES, key_of(k, i)));
        assert_int_equal(db_get(t, DB_ARTICLES, key_of(k, i), &v), SHG_ENOTFOUND);
    }
    assert_int_equal(db_del(t, DB_ARTICLES, key_of(k, 1)), SHG_ENOTFOUND);
    assert_ok(db_last(t, DB_ARTICLES, &v));
    assert_int_equal(load32be(v.p), N_CUT - 1);
    assert_ok(db_commit(&t));
    assert_ok(db_begin(&t, f->d, false));
    assert_ok(db_scan(t, DB_ARTICLES, all, all, see_cut, &next));
    assert_int_equal(next, N_CUT + 1);
    db_abort(&t);
}

// Appends values [from, to), commits, and takes back some more.
static void append_cut(fixture *f, uint32_t from, uint32_t to, size_t *bytes)
{
    static uint8_t value[2 * PIECE];
    db_txn *t;
    uint8_t k[4];
    uint64_t r = from + 1;
    for (uint32_t end = to; end <= to + 7; end += 7) {
        assert_ok(db_begin(&t, f->d, true));
        for (uint32_t i = end == to ? from : to; i < end; i++) {
            size_t n = 1 + t_random(&r) % sizeof value;
            fill(value, n, i);
            *bytes += end == to ? n : 0;
            assert_ok(db_append(t, DB_ARTICLES, key_of(k, i), (view){value, n}));
        }
        if (end == to)
            assert_ok(db_commit(&t));
        else
            db_abort(&t);
    }
}

// What is appended fills its pages, over many commits and after others that were not.
static void test_pieces_fill_pages(void **state)
{
    enum { GROUP = 50, N = 2000 };
    fixture *f = *state;
    size_t bytes = 0;
    db_usage u;
    for (uint32_t i = 0; i < N; i += GROUP)
        append_cut(f, i, i + GROUP, &bytes);
    assert_ok(db_stat(f->d, &u));
    assert_true(u.table_bytes[DB_ARTICLES] < bytes + bytes / 25);
    for (uint32_t i = 0; i < N; i++)
        assert_true(has(f->d, DB_ARTICLES, i));
}

typedef struct seen {
    uint32_t next, n, stop_at;
} seen;

static shg_err see(void *ctx, view key, view value)
{
    seen *s = ctx;
    if (s->n == s->stop_at)
        return SHG_EBUSY;
    assert_int_equal(load32be(key.p), s->next);
    assert_int_equal(value.p[0], (uint8_t)s->next);
    s->next++;
    s->n++;
    return SHG_OK;
}

static void test_scan(void **state)
{
    static const struct {
        uint32_t from, to, stop_at; // to 0: the end
        uint32_t first, n;
        shg_err err;
    } cases[] = {
        {0, 0, 999, 10, 590, SHG_OK},     {300, 0, 999, 300, 300, SHG_OK},
        {250, 260, 999, 250, 10, SHG_OK}, {0, 5, 999, 0, 0, SHG_OK},
        {599, 9999, 999, 599, 1, SHG_OK}, {600, 0, 999, 0, 0, SHG_OK},
        {20, 30, 4, 20, 4, SHG_EBUSY},
    };
    fixture *f = *state;
    assert_ok(put_numbers(f->d, DB_URIS, 10, 600, 3));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        db_txn *t;
        uint8_t from[4], to[4];
        seen s = {.next = cases[i].first, .stop_at = cases[i].stop_at};
        view end = cases[i].to ? key_of(to, cases[i].to) : (view){NULL, 0};
        view begin = cases[i].from ? key_of(from, cases[i].from) : (view){NULL, 0};
        assert_ok(db_begin(&t, f->d, false));
        assert_int_equal(db_scan(t, DB_URIS, begin, end, see, &s), cases[i].err);
        assert_int_equal(s.n, cases[i].n);
        db_abort(&t);
    }
}

static void test_drop_in_slices(void **state)
{
    fixture *f = *state;
    db_txn *t;
    uint8_t from[4], to[4];
    size_t dropped = 0, all = 0;
    assert_ok(put_numbers(f->d, DB_BLOCKS, 0, 700, 100));
    do {
        assert_ok(db_begin(&t, f->d, true));
        assert_ok(db_drop(t, DB_BLOCKS, key_of(from, 100), key_of(to, 500), 150, &dropped));
        assert_ok(db_commit(&t));
        assert_in_range(dropped, 0, 150);
        all += dropped;
    } while (dropped);
    assert_int_equal(all, 400);
    for (uint32_t i = 0; i < 700; i++)
        assert_int_equal(has(f->d, DB_BLOCKS, i), i < 100 || i >= 500);
    db_usage u;
    assert_ok(db_stat(f->d, &u));
    assert_int_equal(u.entries[DB_BLOCKS], 300);
    assert_true(u.used_bytes > 0 && u.used_bytes <= u.file_bytes);
}

static void test_one_process_at_a_time(void **state)
{
    fixture *f = *state;
    db *other = NULL;
    const char *why = NULL;
    assert_int_equal(db_open(&other, f->dir, &(db_opts){.map_bytes = MIB}, &why), SHG_EBUSY);
    assert_null(other);
    assert_non_null(strstr(why, "in use"));
    assert_int_equal(db_open(&other, f->dir, &(db_opts){.read_only = true}, &why), SHG_EBUSY);
    assert_null(other);
    db_close(&f->d);
    assert_ok(db_open(&other, f->dir, &(db_opts){.read_only = true}, &why));
    assert_int_equal(open_db(f, 64 * MIB), SHG_EBUSY); // a check keeps the daemon out
    assert_null(f->d);
    db_close(&other);
    assert_ok(open_db(f, 64 * MIB));
}

// A copy of the data file alone can be read.
static void test_copy_is_a_store(void **state)
{
    fixture *f = *state;
    const char *why;
    char path[2 * NAME];
    assert_ok(put_numbers(f->d, DB_LINKS, 0, 5, 9));
    db_close(&f->d);
    snprintf(path, sizeof path, "%s/lock", f->dir);
    assert_int_equal(unlink(path), 0);
    snprintf(path, sizeof path, "%s/lock.mdb", f->dir);
    assert_int_equal(unlink(path), 0);
    assert_ok(db_open(&f->d, f->dir, &(db_opts){.read_only = true}, &why));
    assert_true(has(f->d, DB_LINKS, 4));
    assert_false(has(f->d, DB_LINKS, 5));
}

static void test_open_failures(void **state)
{
    fixture *f = *state;
    db *other = NULL;
    const char *why = NULL;
    char path[2 * NAME];
    snprintf(path, sizeof path, "%s/none", f->top);
    assert_int_equal(db_open(&other, path, &(db_opts){.read_only = true}, &why), SHG_EIO);
    assert_non_null(strstr(why, "no store"));
    snprintf(path, sizeof path, "%s/none/deeper", f->top);
    assert_int_equal(db_open(&other, path, &(db_opts){.map_bytes = MIB}, &why), SHG_EIO);
    assert_non_null(strstr(why, path));
    assert_null(other);
    db_close(&f->d);
    snprintf(path, sizeof path, "%s/data.mdb", f->dir);
    FILE *junk = fopen(path, "r+");
    assert_non_null(junk);
    for (int i = 0; i < 8192; i++)
        fputc(0x5a, junk);
    fclose(junk);
    assert_int_equal(db_open(&other, f->dir, &(db_opts){.map_bytes = MIB}, &why), SHG_ECORRUPT);
    assert_null(other);
}

static void test_cut_file_is_refused(void **state)
{
    fixture *f = *state;
    const char *why = NULL;
    char path[2 * NAME];
    assert_ok(put_numbers(f->d, DB_ARTICLES, 0, 2000, 3000));
    db_close(&f->d);
    snprintf(path, sizeof path, "%s/data.mdb", f->dir);
    assert_int_equal(truncate(path, 40960), 0);
    assert_int_equal(open_db(f, 64 * MIB), SHG_ECORRUPT);
    assert_int_equal(db_open(&f->d, f->dir, &(db_opts){.read_only = true}, &why), SHG_ECORRUPT);
    assert_non_null(strstr(why, "cut short"));
}

static void test_other_tables_are_refused(void **state)
{
    fixture *f = *state;
    const char *why = NULL;
    MDB_env *env;
    MDB_txn *t;
    MDB_dbi dbi;
    db_close(&f->d);
    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_set_maxdbs(env, DB_TABLES), 0);
    assert_int_equal(mdb_env_open(env, f->dir, 0, 0600), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &t), 0);
    assert_int_equal(mdb_dbi_open(t, "prints", 0, &dbi), 0);
    assert_int_equal(mdb_drop(t, dbi, 1), 0);
    assert_int_equal(mdb_txn_commit(t), 0);
    mdb_env_close(env);
    for (int i = 0; i < 2; i++) { // nor is it made on the way
        assert_int_equal(db_open(&f->d, f->dir, &(db_opts){.read_only = i == 0}, &why),
                         SHG_EFORMAT);
        assert_non_null(strstr(why, "another format"));
    }
    assert_int_equal(db_open(&f->d, f->dir, &(db_opts){.read_only = true}, &why), SHG_EFORMAT);
}

static void test_full_map_heals(void **state)
{
    fixture *f = *state;
    db_close(&f->d);
    assert_ok(open_db(f, 4 * MIB));
    uint32_t next = 0;
    while (put_numbers(f->d, DB_ARTICLES, next, next + 20, 3000) == SHG_OK)
        next += 20;
    assert_true(next > 20);
    assert_int_equal(put_numbers(f->d, DB_ARTICLES, next, next + 20, 3000), SHG_EFULL);
    for (uint32_t i = 0; i < next + 20; i++)
        assert_int_equal(has(f->d, DB_ARTICLES, i), i < next); // nothing of what failed
    db_close(&f->d);
    assert_ok(open_db(f, 8 * MIB));
    assert_ok(put_numbers(f->d, DB_ARTICLES, next, next + 20, 3000));
    assert_true(has(f->d, DB_ARTICLES, 0) && has(f->d, DB_ARTICLES, next + 19));
}

// In a process of its own, as limits can't be taken back everywhere. Returns 0 or the
// number of what went wrong.
static int fill_disk(const char *dir)
{
    db *d;
    const char *why;
    struct rlimit was, limit;
    uint32_t next = 0;
    signal(SIGXFSZ, SIG_IGN);
    if (db_open(&d, dir, &(db_opts){.map_bytes = 64 * MIB}, &why) || getrlimit(RLIMIT_FSIZE, &was))
        return 1;
    limit = was;
    limit.rlim_cur = 3 * MIB;
    if (setrlimit(RLIMIT_FSIZE, &limit))
        return 2;
    shg_err err;
    while ((err = put_numbers(d, DB_ARTICLES, next, next + 20, 3000)) == SHG_OK)
        next += 20;
    if (err != SHG_EFULL || next < 100)
        return 3;
    for (int again = 0; again < 3; again++)
        if (put_numbers(d, DB_ARTICLES, next, next + 20, 3000) != SHG_EFULL)
            return 4;
    for (uint32_t i = 0; i < next + 20; i++)
        if (has(d, DB_ARTICLES, i) != (i < next))
            return 5;
    if (setrlimit(RLIMIT_FSIZE, &was))
        return 6;
    if (put_numbers(d, DB_ARTICLES, next, next + 20, 3000)) // room again: without reopening
        return 7;
    if (!has(d, DB_ARTICLES, 0) || !has(d, DB_ARTICLES, next + 19))
        return 8;
    db_close(&d);
    return 0;
}

static void test_full_disk_heals(void **state)
{
    fixture *f = *state;
    db_close(&f->d);
    fflush(stdout);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(fill_disk(f->dir));
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_ok(open_db(f, 64 * MIB));
    assert_true(has(f->d, DB_ARTICLES, 0));
}

static void test_default_map(void **state)
{
    fixture *f = *state;
    db_close(&f->d);
    assert_ok(open_db(f, 0));
    assert_ok(put_numbers(f->d, DB_ARTICLES, 0, 20, 3000));
}

// What stands in pages of its own stays there, whatever is put beside it and wherever the tree
// that names it is copied to.
static void test_lasting_values(void **state)
{
    fixture *f = *state;
    db_txn *t;
    uint8_t k[4];
    view big, small, again;
    bool lasts;
    assert_ok(put_numbers(f->d, DB_BLOCKS, 100, 104, DB_LASTING));
    assert_ok(put_numbers(f->d, DB_BLOCKS, 200, 204, 100));
    assert_ok(db_begin(&t, f->d, false));
    assert_ok(db_get_lasting(t, DB_BLOCKS, key_of(k, 102), &big, &lasts));
    assert_true(lasts);
    assert_ok(db_get_lasting(t, DB_BLOCKS, key_of(k, 202), &small, &lasts));
    assert_false(lasts);
    assert_int_equal(db_get_lasting(t, DB_BLOCKS, key_of(k, 1), &small, &lasts), SHG_ENOTFOUND);
    assert_false(lasts);
    db_abort(&t);
    for (uint32_t n = 0; n < 40; n++) {
        assert_ok(put_numbers(f->d, DB_BLOCKS, 1000 + n * 20, 1020 + n * 20, n % 2 ? 60 : 9000));
        assert_ok(put_numbers(f->d, DB_BLOCKS, 103, 104, DB_LASTING + n));
        assert_ok(db_begin(&t, f->d, false));
        assert_ok(db_get_lasting(t, DB_BLOCKS, key_of(k, 102), &again, &lasts));
        assert_true(lasts && again.p == big.p && again.len == big.len);
        assert_int_equal(big.p[0], 102);
        assert_int_equal(big.p[big.len - 1], 102);
        db_abort(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_commit_and_abort, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_errors_are_sticky, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_append_goes_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_append_goes_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_values_in_pieces, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_pieces_fill_pages, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_scan, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_drop_in_slices, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_process_at_a_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_copy_is_a_store, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_open_failures, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cut_file_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_full_map_heals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_other_tables_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_full_disk_heals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_default_map, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lasting_values, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
