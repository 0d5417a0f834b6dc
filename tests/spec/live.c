#include "live.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

static const char *env(const char *name)
{
    const char *value = getenv(name);
    if (!value)
        fail_msg("$%s is not set", name);
    return value;
}

int live_wait_ms(void)
{
    const char *slower = getenv("SHG_SLOWER");
    int times = slower ? atoi(slower) : 1;
    return LIVE_WAIT_MS * (times > 1 ? times : 1);
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

// ---- the process

// child becomes the daemon. Nothing here may fail a test: the parent's program would go on twice.
static void child(const char *program, const live *l, int out)
{
    const char *argv[3 + 2 * LIVE_ENDPOINTS + 2 + 1] = {program, "--data", l->dir};
    for (size_t i = 0; i < l->n_endpoints; i++) {
        argv[3 + 2 * i] = "--listen";
        argv[4 + 2 * i] = "tcp://127.0.0.1:*";
    }
    if (l->pulls) {
        argv[3 + 2 * l->n_endpoints] = "--pull";
        argv[4 + 2 * l->n_endpoints] = "tcp://127.0.0.1:*";
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL); // a crashed test leaves no daemon behind
    dup2(out, STDOUT_FILENO);
    execv(program, (char *const *)(uintptr_t)argv);
    perror(program);
    _exit(127);
}

static void read_ready(live *l)
{
    int64_t end = now_ms() + live_wait_ms();
    size_t n = 0;
    while (n + 1 < sizeof l->ready) {
        struct pollfd p = {.fd = l->out, .events = POLLIN};
        int64_t left = end - now_ms();
        if (left <= 0 || poll(&p, 1, (int)left) <= 0)
            fail_msg("the daemon printed no ready line");
        if (read(l->out, l->ready + n, 1) != 1)
            fail_msg("the daemon ended before it was ready");
        if (l->ready[n] == '\n')
            break;
        n++;
    }
    l->ready[n] = 0;
}

static void read_endpoints(live *l)
{
    const char *p = l->ready;
    for (size_t i = 0; i < l->n_endpoints; i++) {
        p = strstr(p, " listen=");
        if (!p || sscanf(p, " listen=%63s", l->endpoint[i]) != 1)
            fail_msg("not a ready line: %s", l->ready);
        p++;
    }
    if (l->pulls && (!(p = strstr(l->ready, " pull=")) || sscanf(p, " pull=%63s", l->pull) != 1))
        fail_msg("no pull= in the ready line: %s", l->ready);
}

void live_start(live *l)
{
    int fds[2];
    const char *program = env("SHG_DAEMON");
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    fflush(NULL);
    l->pid = fork();
    assert_true(l->pid >= 0);
    if (!l->pid)
        child(program, l, fds[1]);
    close(fds[1]);
    l->out = fds[0];
    read_ready(l);
    read_endpoints(l);
    l->dealer = live_socket(l, ZMQ_DEALER);
}

static int wait_for(pid_t pid)
{
    int status = 0;
    for (int64_t end = now_ms() + live_wait_ms(); now_ms() < end; poll(NULL, 0, 2))
        if (waitpid(pid, &status, WNOHANG) == pid)
            return status;
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    fail_msg("the daemon did not end");
    return status;
}

int live_end(live *l, int signal)
{
    pid_t pid = l->pid;
    char more[128];
    zmq_close(l->dealer);
    l->dealer = NULL;
    l->pid = 0;
    kill(pid, signal);
    int status = wait_for(pid);
    ssize_t n = read(l->out, more, sizeof more - 1);
    close(l->out);
    if (n > 0)
        fail_msg("more on standard output: %.*s", (int)n, more);
    return status;
}

static json_t *load_samples(void)
{
    char path[4096];
    json_error_t error;
    snprintf(path, sizeof path, "%s/samples.json", env("SHG_SPEC_DIR"));
    json_t *samples = json_load_file(path, 0, &error);
    if (!samples)
        fail_msg("%s: %s", path, error.text);
    return samples;
}

live *live_new(size_t n_endpoints)
{
    live *l = calloc(1, sizeof *l);
    assert_non_null(l);
    snprintf(l->dir, sizeof l->dir, "/tmp/shingled-spec-XXXXXX");
    assert_non_null(mkdtemp(l->dir));
    l->n_endpoints = n_endpoints;
    l->zmq = zmq_ctx_new();
    l->samples = load_samples();
    live_start(l);
    return l;
}

static void remove_dir(const char *dir)
{
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));)
        unlinkat(dirfd(d), e->d_name, 0);
    closedir(d);
    assert_int_equal(rmdir(dir), 0);
}

static void free_replies(live *l)
{
    for (reply *r = l->replies, *next; r; r = next) {
        next = r->next;
        for (size_t i = 0; i < r->n; i++)
            free((void *)r->frames[i].p);
        json_decref(r->header);
        free(r);
    }
}

void live_free(live **l)
{
    live *d = *l;
    *l = NULL;
    int status = d->pid ? live_end(d, SIGTERM) : 0;
    zmq_ctx_term(d->zmq);
    free_replies(d);
    json_decref(d->samples);
    remove_dir(d->dir);
    free(d);
    if (!WIFEXITED(status) || WEXITSTATUS(status))
        fail_msg("the daemon ended with wait status %#x", (unsigned)status);
}

void live_pull(live *l)
{
    int status = live_end(l, SIGTERM);
    assert_true(WIFEXITED(status) && !WEXITSTATUS(status));
    l->pulls = true;
    live_start(l);
}

int live_setup(void **state)
{
    *state = live_new(1);
    return 0;
}

int live_teardown(void **state)
{
    live *l = *state;
    live_free(&l);
    return 0;
}

// ---- frames

void *live_socket(live *l, int type)
{
    void *s = zmq_socket(l->zmq, type);
    int wait = live_wait_ms(), none = 0;
    assert_non_null(s);
    zmq_setsockopt(s, ZMQ_RCVTIMEO, &wait, sizeof wait);
    zmq_setsockopt(s, ZMQ_SNDTIMEO, &wait, sizeof wait);
    zmq_setsockopt(s, ZMQ_LINGER, &none, sizeof none);
    assert_int_equal(zmq_connect(s, l->endpoint[0]), 0);
    return s;
}

void live_send(void *socket, const frame *frames, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (zmq_send(socket, frames[i].p, frames[i].len, i + 1 < n ? ZMQ_SNDMORE : 0) < 0)
            fail_msg("send: %s", zmq_strerror(zmq_errno()));
}

static void recv_frames(reply *r, void *socket)
{
    int more = 1;
    while (more) {
        zmq_msg_t m;
        zmq_msg_init(&m);
        if (zmq_msg_recv(&m, socket, 0) < 0)
            fail_msg("no reply: %s", zmq_strerror(zmq_errno()));
        assert_true(r->n < LIVE_FRAMES);
        size_t len = zmq_msg_size(&m);
        char *copy = malloc(len + 1);
        assert_non_null(copy);
        memcpy(copy, zmq_msg_data(&m), len);
        copy[len] = 0;
        r->frames[r->n++] = (frame){copy, len};
        more = zmq_msg_more(&m);
        zmq_msg_close(&m);
    }
}

static void split(reply *r)
{
    size_t i = 0;
    while (i < r->n && !(r->frames[i].len == 4 && !memcmp(r->frames[i].p, "SHG1", 4)))
        i++;
    r->n_envelope = i;
    if (r->n - i < 4)
        fail_msg("a reply of %zu frames after %zu of envelope", r->n - i, i);
    const char *status = r->frames[i + 1].p;
    if (r->frames[i + 1].len != 3 || strspn(status, "0123456789") != 3)
        fail_msg("not a status: %s", status);
    r->status = atoi(status);
    r->rid = r->frames[i + 2];
    r->header = json_loadb(r->frames[i + 3].p, r->frames[i + 3].len, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(r->header))
        fail_msg("not a JSON object: %s", (const char *)r->frames[i + 3].p);
    r->n_body = r->n - i - 4;
    r->body = r->n_body ? r->frames[i + 4] : F("");
}

reply *live_recv(live *l, void *socket)
{
    reply *r = calloc(1, sizeof *r);
    assert_non_null(r);
    r->next = l->replies;
    l->replies = r;
    recv_frames(r, socket);
    split(r);
    return r;
}

bool live_silent(void *socket, int ms)
{
    zmq_pollitem_t p = {.socket = socket, .events = ZMQ_POLLIN};
    return zmq_poll(&p, 1, ms) == 0;
}

reply *live_call(live *l, void *socket, const frame *frames, size_t n)
{
    live_send(socket, frames, n);
    return live_recv(l, socket);
}

// ---- requests

static void quote(char *s)
{
    for (; (s = strchr(s, '\'')); s++)
        *s = '"';
}

static reply *ask_frames(live *l, const char *verb, const char *header, const frame *bodies,
                         size_t n)
{
    char *h = strdup(header);
    assert_non_null(h);
    quote(h);
    frame f[6] = {F("SHG1"), {verb, strlen(verb)}, F("rid"), {h, strlen(h)}};
    for (size_t i = 0; i < n; i++)
        f[4 + i] = bodies[i];
    reply *r = live_call(l, l->dealer, f, 4 + n);
    free(h);
    assert_int_equal(r->n_envelope, 0);
    assert_int_equal(r->rid.len, 3);
    assert_memory_equal(r->rid.p, "rid", 3);
    return r;
}

reply *ask(live *l, const char *verb, const char *body, const char *header, ...)
{
    char h[8192];
    va_list args;
    va_start(args, header);
    assert_true(vsnprintf(h, sizeof h, header, args) < (int)sizeof h);
    va_end(args);
    return ask_frames(l, verb, h, &(frame){body, body ? strlen(body) : 0}, body != NULL);
}

reply *ask_bytes(live *l, const char *verb, const char *header, const void *body, size_t len)
{
    return ask_frames(l, verb, header, &(frame){body, len}, 1);
}

reply *ask2(live *l, const char *verb, const char *header, const char *a, const char *b)
{
    return ask_frames(l, verb, header, (frame[]){{a, strlen(a)}, {b, strlen(b)}}, 2);
}

reply *put(live *l, const char *uri, const char *text)
{
    reply *r = ask(l, "PUT", text, "{'uri':'%s'}", uri);
    expect(r, 200);
    return r;
}

// The lists of paragraphs in samples.json are joined once, in place.
const char *sample(live *l, const char *name, const char *field)
{
    json_t *s = json_object_get(l->samples, name), *v = json_object_get(s, field);
    if (json_is_array(v)) {
        json_t *text = json_string(""), *next;
        for (size_t i = 0; i < json_array_size(v); i++, text = next) {
            next = json_sprintf("%s%s%s", json_string_value(text), i ? "\n\n" : "",
                                json_string_value(json_array_get(v, i)));
            json_decref(text);
        }
        json_object_set_new(s, field, v = text);
    }
    if (!json_is_string(v))
        fail_msg("no sample %s.%s", name, field);
    return json_string_value(v);
}

reply *put_sample(live *l, const char *name)
{
    const char *text = sample(l, name, "text");
    json_t *h = json_copy(json_object_get(l->samples, name));
    json_object_del(h, "text");
    char *header = json_dumps(h, 0);
    reply *r = ask_bytes(l, "PUT", header, text, strlen(text));
    free(header);
    json_decref(h);
    expect(r, 200);
    return r;
}

void put_bridges(live *l)
{
    put_sample(l, "bridge");
    put_sample(l, "bridge_copy");
    put_sample(l, "bridge_excerpt");
    put_sample(l, "bridge_rewrite");
    put_sample(l, "garden");
}

// ---- replies

static void show(const reply *r, const char *what)
{
    char *s = json_dumps(r->header, JSON_ENCODE_ANY);
    print_error("%d %s\n", r->status, s);
    free(s);
    fail_msg("%s", what);
}

json_t *at(const reply *r, const char *path)
{
    char copy[128], *rest = copy;
    json_t *v = r->header;
    snprintf(copy, sizeof copy, "%s", path);
    for (char *key; v && (key = strsep(&rest, "."));)
        v = json_is_array(v) ? json_array_get(v, strtoul(key, NULL, 10)) : json_object_get(v, key);
    return v;
}

const char *str_at(const reply *r, const char *path)
{
    json_t *v = at(r, path);
    if (!json_is_string(v))
        show(r, path);
    return json_string_value(v);
}

double num_at(const reply *r, const char *path)
{
    json_t *v = at(r, path);
    if (!json_is_number(v))
        show(r, path);
    return json_number_value(v);
}

bool bool_at(const reply *r, const char *path)
{
    json_t *v = at(r, path);
    if (!json_is_boolean(v))
        show(r, path);
    return json_is_true(v);
}

size_t len_at(const reply *r, const char *path)
{
    json_t *v = at(r, path);
    if (!json_is_array(v))
        show(r, path);
    return json_array_size(v);
}

json_t *with(const reply *r, const char *list, const char *key, const char *value)
{
    json_t *v = at(r, list);
    if (!json_is_array(v))
        show(r, list);
    for (size_t i = 0; i < json_array_size(v); i++) {
        json_t *item = json_array_get(v, i);
        const char *s = json_string_value(json_object_get(item, key));
        if (s && !strcmp(s, value))
            return item;
    }
    return NULL;
}

json_t *match_of(live *l, const reply *r, const char *name)
{
    expect(r, 200);
    return with(r, "matches", "uri", sample(l, name, "uri"));
}

const char *str_of(const json_t *m, const char *key)
{
    const char *s = json_string_value(json_object_get(m, key));
    if (!s)
        fail_msg("no string %s", key);
    return s;
}

double num_of(const json_t *m, const char *key)
{
    json_t *v = json_object_get(m, key);
    if (!json_is_number(v))
        fail_msg("no number %s", key);
    return json_number_value(v);
}

void expect(const reply *r, int status)
{
    if (r->status != status)
        show(r, "another status");
}

void refused(const reply *r, int status, const char *error)
{
    expect(r, status);
    expect_str(r, "error", error);
    assert_int_equal(r->n_body, 0);
}

void expect_str(const reply *r, const char *path, const char *value)
{
    if (strcmp(str_at(r, path), value))
        show(r, path);
}

void expect_num(const reply *r, const char *path, double value)
{
    if (num_at(r, path) < value || num_at(r, path) > value)
        show(r, path);
}

void expect_body(const reply *r, const void *bytes, size_t len)
{
    if (r->n_body != 1 || r->body.len != len)
        fail_msg("%zu body frames, the first of %zu bytes", r->n_body, r->body.len);
    assert_memory_equal(r->body.p, bytes, len);
}
