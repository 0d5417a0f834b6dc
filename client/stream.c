// stream.c - the bytes of a file, plain, gzip or zstd.
#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum {
    RAW_BYTES = 256 << 10,
    MAGIC_BYTES = 4,
    GZIP_WINDOW = 16 + MAX_WBITS, // zlib: a gzip header, the largest window
    ZSTD_WINDOW_LOG = 31,         // what `zstd --long=31` writes can be read
};

typedef enum packing { PLAIN, GZIP, ZSTD } packing;

struct stream {
    int fd, patience_ms;
    packing packing;
    uint8_t *raw; // RAW_BYTES; [at, len) not yet used
    size_t at, len;
    uint64_t taken, size;
    bool at_end; // of the file
    bool inside; // a member or frame is begun and not ended
    z_stream gz;
    bool gz_open;
    ZSTD_DStream *zs;
    char why[160];
};

// 0 where there is something to use (or the end), otherwise STREAM_BROKEN or STREAM_LATER.
static int refill(stream *s)
{
    struct pollfd ready = {s->fd, POLLIN, 0};
    if (s->at < s->len || s->at_end)
        return 0;
    if (s->patience_ms >= 0 && poll(&ready, 1, s->patience_ms) <= 0)
        return STREAM_LATER;
    ssize_t n = read(s->fd, s->raw, RAW_BYTES);
    if (n < 0 && errno == EINTR)
        return STREAM_LATER;
    if (n < 0) {
        snprintf(s->why, sizeof s->why, "%s", strerror(errno));
        return STREAM_BROKEN;
    }
    s->at = 0;
    s->len = (size_t)n;
    s->at_end = n == 0;
    return 0;
}

static void take(stream *s, size_t n)
{
    s->at += n;
    s->taken += n;
}

// The first bytes, more of them than one short read of a pipe may bring.
static bool read_magic(stream *s)
{
    while (s->len < MAGIC_BYTES) {
        ssize_t n = read(s->fd, s->raw + s->len, RAW_BYTES - s->len);
        if (n < 0) { // also for a signal: what is opened is not worth waiting for then
            snprintf(s->why, sizeof s->why, "%s", strerror(errno));
            return false;
        }
        if (n == 0)
            break;
        s->len += (size_t)n;
    }
    s->at_end = s->len == 0;
    return true;
}

static packing guess(const stream *s)
{
    static const uint8_t gzip[] = {0x1f, 0x8b}, zstd[] = {0x28, 0xb5, 0x2f, 0xfd};
    if (s->len >= sizeof gzip && !memcmp(s->raw, gzip, sizeof gzip))
        return GZIP;
    if (s->len >= sizeof zstd && !memcmp(s->raw, zstd, sizeof zstd))
        return ZSTD;
    if (s->len >= MAGIC_BYTES && (s->raw[0] & 0xf0) == 0x50 &&
        !memcmp(s->raw + 1, "\x2a\x4d\x18", 3))
        return ZSTD; // a skippable frame, as pzstd writes first
    return PLAIN;
}

static bool start(stream *s)
{
    if (!read_magic(s))
        return false;
    s->packing = guess(s);
    if (s->packing == GZIP)
        s->gz_open = inflateInit2(&s->gz, GZIP_WINDOW) == Z_OK;
    if (s->packing == ZSTD) {
        s->zs = ZSTD_createDStream();
        if (s->zs)
            ZSTD_DCtx_setParameter(s->zs, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG);
    }
    if ((s->packing == GZIP && !s->gz_open) || (s->packing == ZSTD && !s->zs)) {
        snprintf(s->why, sizeof s->why, "out of memory");
        return false;
    }
    return true;
}

static bool open_file(stream *s, const char *path)
{
    struct stat st;
    bool standard = !strcmp(path, "-");
    s->fd = standard ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (s->fd < 0 || fstat(s->fd, &st)) {
        snprintf(s->why, sizeof s->why, "%s", strerror(errno));
        return false;
    }
    if (S_ISDIR(st.st_mode)) {
        snprintf(s->why, sizeof s->why, "is a directory; name the files in it");
        return false;
    }
    s->size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
    return true;
}

bool stream_open(stream **out, const char *path, char *why, size_t why_len)
{
    stream *s = *out = calloc(1, sizeof *s);
    uint8_t *raw = malloc(RAW_BYTES);
    if (s && raw) {
        s->raw = raw;
        s->patience_ms = -1;
        if (open_file(s, path) && start(s))
            return true;
        snprintf(why, why_len, "%s", s->why);
        stream_close(out);
        return false;
    }
    free(raw);
    free(s);
    *out = NULL;
    snprintf(why, why_len, "out of memory");
    return false;
}

static ssize_t broken(stream *s, const char *kind, const char *what)
{
    snprintf(s->why, sizeof s->why, "the %s data is %s", kind, what);
    return STREAM_BROKEN;
}

static ssize_t read_plain(stream *s, uint8_t *p, size_t cap)
{
    size_t n = s->len - s->at < cap ? s->len - s->at : cap;
    memcpy(p, s->raw + s->at, n);
    take(s, n);
    return (ssize_t)n;
}

static ssize_t read_gzip(stream *s, uint8_t *p, size_t cap)
{
    s->gz.next_in = s->raw + s->at;
    s->gz.avail_in = (uInt)(s->len - s->at);
    s->gz.next_out = p;
    s->gz.avail_out = (uInt)cap;
    s->inside = true;
    int rc = inflate(&s->gz, Z_NO_FLUSH);
    take(s, s->len - s->at - s->gz.avail_in);
    if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
        return broken(s, "gzip", "damaged");
    if (rc == Z_STREAM_END) {
        s->inside = false;
        if (inflateReset(&s->gz) != Z_OK)
            return broken(s, "gzip", "damaged");
    }
    return (ssize_t)(cap - s->gz.avail_out);
}

static ssize_t read_zstd(stream *s, uint8_t *p, size_t cap)
{
    ZSTD_inBuffer in = {s->raw + s->at, s->len - s->at, 0};
    ZSTD_outBuffer out = {p, cap, 0};
    size_t rc = ZSTD_decompressStream(s->zs, &out, &in);
    take(s, in.pos);
    if (ZSTD_isError(rc))
        return broken(s, "zstd", "damaged");
    s->inside = rc != 0; // 0: a frame ended and everything of it is out
    return (ssize_t)out.pos;
}

static ssize_t read_some(stream *s, uint8_t *p, size_t cap)
{
    switch (s->packing) {
    case GZIP:
        return read_gzip(s, p, cap);
    case ZSTD:
        return read_zstd(s, p, cap);
    default:
        return read_plain(s, p, cap);
    }
}

ssize_t stream_read(stream *s, uint8_t *p, size_t cap)
{
    for (;;) {
        int failed = refill(s);
        if (failed)
            return failed;
        bool last = s->at_end;
        if (last && !s->inside)
            return 0;
        ssize_t n = read_some(s, p, cap);
        if (n)
            return n;
        if (last)
            return broken(s, s->packing == GZIP ? "gzip" : "zstd", "cut off");
    }
}

void stream_set_patience(stream *s, int ms)
{
    s->patience_ms = ms;
}

const char *stream_why(const stream *s)
{
    return s->why;
}

uint64_t stream_taken(const stream *s)
{
    return s->taken;
}

uint64_t stream_size(const stream *s)
{
    return s->size;
}

void stream_close(stream **where)
{
    stream *s = *where;
    *where = NULL;
    if (!s)
        return;
    if (s->fd >= 0)
        close(s->fd);
    if (s->gz_open)
        inflateEnd(&s->gz);
    ZSTD_freeDStream(s->zs);
    free(s->raw);
    free(s);
}
