#include "base/log.h"
#include "base/clock.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 1024, IDS = 64, PERIOD_NS = 1000000000 };

static log_level threshold = LOG_INFO;

static struct {
    pthread_mutex_t lock;
    struct {
        const char *id;
        int64_t last_ns;
        unsigned left_out;
    } of[IDS];
} limiter = {.lock = PTHREAD_MUTEX_INITIALIZER};

void log_set_level(log_level least)
{
    threshold = least;
}

static void put_line(log_level level, const char *id, unsigned left_out, const char *format,
                     va_list args)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    char line[LINE_MAX_BYTES], when[CLOCK_TEXT_LEN];
    clock_format(when, clock_wall_ms());
    int n = snprintf(line, sizeof line, "%s %s %s ", when, names[level], id);
    if (n < 0)
        return;
    size_t len = (size_t)n;
    n = vsnprintf(line + len, sizeof line - len, format, args);
    len = n < 0 ? len : len + (size_t)n;
    if (left_out && len < sizeof line - 40)
        len += (size_t)snprintf(line + len, sizeof line - len, " (and %u more like it)", left_out);
    if (len > sizeof line - 2)
        len = sizeof line - 2;
    line[len++] = '\n';
    ssize_t done = write(STDERR_FILENO, line, len); // one call, so that lines stay whole
    (void)done;                                     // nowhere left to complain to
}

void log_line(log_level level, const char *id, const char *format, ...)
{
    if (level < threshold)
        return;
    va_list args;
    va_start(args, format);
    put_line(level, id, 0, format, args);
    va_end(args);
}

void log_limited(log_level level, const char *id, const char *format, ...)
{
    if (level < threshold)
        return;
    int64_t now = clock_mono_ns();
    unsigned left_out = 0;
    bool write_it = true;
    pthread_mutex_lock(&limiter.lock);
    for (int i = 0; i < IDS; i++) {
        if (limiter.of[i].id && strcmp(limiter.of[i].id, id) != 0)
            continue;
        if (limiter.of[i].id && now - limiter.of[i].last_ns < PERIOD_NS) {
            limiter.of[i].left_out++;
            write_it = false;
        } else {
            left_out = limiter.of[i].left_out;
            limiter.of[i].id = id;
            limiter.of[i].last_ns = now;
            limiter.of[i].left_out = 0;
        }
        break;
    }
    pthread_mutex_unlock(&limiter.lock);
    if (!write_it)
        return;
    va_list args;
    va_start(args, format);
    put_line(level, id, left_out, format, args);
    va_end(args);
}
