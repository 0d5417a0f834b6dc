#include "base/clock.h"

int64_t clock_wall_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t read_ns(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t clock_mono_ns(void)
{
    return read_ns(CLOCK_MONOTONIC);
}

int64_t clock_cpu_ns(void)
{
    return read_ns(CLOCK_PROCESS_CPUTIME_ID);
}

int64_t clock_thread_cpu_ns(pthread_t t)
{
    clockid_t clock;
    return pthread_getcpuclockid(t, &clock) ? 0 : read_ns(clock);
}

void clock_cond_init(pthread_cond_t *c)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(c, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

struct timespec clock_mono_after(int64_t ns)
{
    enum { SECOND_NS = 1000000000 };
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    ns += t.tv_nsec;
    t.tv_sec += ns / SECOND_NS;
    t.tv_nsec = ns % SECOND_NS;
    return t;
}

// Days since 1970-01-01 of a date of the proleptic Gregorian calendar, and back.
// The year is counted from March, so that the leap day is its last; an era is
// 400 years = 146,097 days.
static int64_t days_of(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_of(int64_t days, int64_t *year, int *month, int *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t d = days - era * 146097;
    int64_t y = (d - d / 1460 + d / 36524 - d / 146096) / 365;
    int64_t of_year = d - (365 * y + y / 4 - y / 100);
    int64_t m = (5 * of_year + 2) / 153;
    *day = (int)(of_year - (153 * m + 2) / 5 + 1);
    *month = (int)(m < 10 ? m + 3 : m - 9);
    *year = y + era * 400 + (*month <= 2);
}

// Appends n digits of x and a sign; snprintf takes longer than all else of a short record.
static char *put(char *to, int x, int n, char sign)
{
    for (int i = n; i-- > 0; x /= 10)
        to[i] = (char)('0' + x % 10);
    to[n] = sign;
    return to + n + 1;
}

void clock_format(char out[CLOCK_TEXT_LEN], int64_t unix_ms)
{
    enum { DAY_MS = 86400000 };
    const int64_t first = days_of(0, 1, 1) * DAY_MS, last = days_of(10000, 1, 1) * DAY_MS - 1;
    if (unix_ms == CLOCK_ABSENT) {
        out[0] = 0;
        return;
    }
    unix_ms = unix_ms < first ? first : unix_ms > last ? last : unix_ms;
    int64_t days = unix_ms / DAY_MS, ms = unix_ms % DAY_MS, year;
    if (ms < 0) {
        ms += DAY_MS;
        days--;
    }
    int month, day;
    date_of(days, &year, &month, &day);
    int s = (int)(ms / 1000), milli = (int)(ms % 1000);
    out = put(out, (int)year, 4, '-');
    out = put(out, month, 2, '-');
    out = put(out, day, 2, 'T');
    out = put(out, s / 3600, 2, ':');
    out = put(out, s / 60 % 60, 2, ':');
    out = put(out, s % 60, 2, milli ? '.' : 'Z');
    out = milli ? put(out, milli, 3, 'Z') : out;
    *out = 0;
}

typedef struct reader {
    const char *p, *end;
    bool bad; // sticky
} reader;

static int digits(reader *r, int n)
{
    int v = 0;
    for (; n > 0; n--, r->p++) {
        if (r->p == r->end || *r->p < '0' || *r->p > '9') {
            r->bad = true;
            return 0;
        }
        v = v * 10 + (*r->p - '0');
    }
    return v;
}

static bool take(reader *r, char c)
{
    if (r->bad || r->p == r->end || *r->p != c)
        return false;
    r->p++;
    return true;
}

static int fraction_ms(reader *r)
{
    int ms = 0, scale = 100;
    if (r->p == r->end || *r->p < '0' || *r->p > '9')
        r->bad = true;
    for (; r->p < r->end && *r->p >= '0' && *r->p <= '9'; r->p++, scale /= 10)
        ms += (*r->p - '0') * scale;
    return ms;
}

static int zone_minutes(reader *r)
{
    int sign = take(r, '+') ? 1 : take(r, '-') ? -1 : 0;
    if (!sign) {
        if (!take(r, 'Z'))
            take(r, 'z');
        return 0;
    }
    int h = digits(r, 2);
    take(r, ':');
    int m = r->p < r->end ? digits(r, 2) : 0;
    if (h > 23 || m > 59)
        r->bad = true;
    return sign * (h * 60 + m);
}

// The time of day after a date, to the end: hh:mm[:ss[.fff]] with a zone, or the same
// without colons where the date has no dashes.
static int64_t time_of_day_ms(reader *r, bool dashed)
{
    if (!take(r, 'T') && !take(r, 't') && !take(r, ' '))
        r->bad |= dashed;
    int h = digits(r, 2);
    bool colons = take(r, ':');
    r->bad |= dashed && !colons;
    int min = digits(r, 2), s = 0, ms = 0;
    bool seconds = colons ? take(r, ':') : r->p < r->end && *r->p >= '0' && *r->p <= '9';
    if (seconds) {
        s = digits(r, 2);
        if (take(r, '.') || take(r, ','))
            ms = fraction_ms(r);
    }
    take(r, ' ');
    int zone = zone_minutes(r);
    r->bad |= h > 23 || min > 59 || s > 60;
    return ((int64_t)h * 60 + min - zone) * 60000 + s * 1000 + ms;
}

typedef struct date {
    int year, month, day;
    bool dashed;
} date;

// The month whose English name begins with three letters, in either case; 0: none.
static int month_named(reader *r)
{
    static const char NAMES[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    for (int m = 0; r->end - r->p >= 3 && m < 12; m++) {
        const char *n = NAMES + 3 * m;
        if ((r->p[0] | 32) == n[0] && (r->p[1] | 32) == n[1] && (r->p[2] | 32) == n[2]) {
            r->p += 3;
            return m + 1;
        }
    }
    return 0;
}

// The year first, with dashes or without; or as wires write it, 2-MAR-1987.
static date take_date(reader *r)
{
    date d = {0};
    int day_digits = r->end - r->p > 2 && r->p[1] == '-' ? 1 : 2;
    if (r->end - r->p > day_digits && r->p[day_digits] == '-') {
        d.dashed = true;
        d.day = digits(r, day_digits);
        r->p++;
        d.month = month_named(r);
        r->bad |= !take(r, '-');
        d.year = digits(r, 4);
        return d;
    }
    d.year = digits(r, 4);
    d.dashed = take(r, '-');
    d.month = digits(r, 2);
    r->bad |= d.dashed && !take(r, '-');
    d.day = digits(r, 2);
    return d;
}

bool clock_parse(const char *text, size_t len, int64_t *unix_ms)
{
    reader r = {text, text + len, false};
    while (r.p < r.end && *r.p == ' ')
        r.p++;
    while (r.end > r.p && r.end[-1] == ' ')
        r.end--;
    date given = take_date(&r);
    int64_t of_day = !r.bad && r.p < r.end ? time_of_day_ms(&r, given.dashed) : 0;
    if (r.bad || r.p != r.end || given.month < 1 || given.month > 12 || given.day < 1)
        return false;
    int64_t days = days_of(given.year, given.month, given.day), y;
    int m, d;
    date_of(days, &y, &m, &d);
    if (d != given.day || m != given.month)
        return false; // the date does not exist
    *unix_ms = days * 86400000 + of_day;
    return true;
}
