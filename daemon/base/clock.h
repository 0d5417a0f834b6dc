// clock.h - time: wall clock for records, monotonic clock for durations, RFC 3339.
// Layer: base.  Threads: any.
#ifndef SHINGLED_BASE_CLOCK_H
#define SHINGLED_BASE_CLOCK_H
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum { CLOCK_TEXT_LEN = 32 };  // room for "2017-03-12T18:05:00.123Z" and its NUL
#define CLOCK_ABSENT INT64_MIN // "no time known", in milliseconds

int64_t clock_wall_ms(void); // Unix time
int64_t clock_mono_ns(void);
int64_t clock_cpu_ns(void); // CPU time of the process
int64_t clock_thread_cpu_ns(pthread_t t); // of one of its threads; 0 where that has ended

// clock_cond_init makes a condition whose waits end by the monotonic clock; clock_mono_after is the
// time ns (0 or more) from now, for pthread_cond_timedwait on it.
void clock_cond_init(pthread_cond_t *c);
struct timespec clock_mono_after(int64_t ns);

// clock_order is a number that ascends with the time, and is greatest for CLOCK_ABSENT.
static inline uint64_t clock_order(int64_t unix_ms)
{
    return ((uint64_t)unix_ms ^ (uint64_t)1 << 63) - 1;
}

// clock_format writes RFC 3339 in UTC; ".mmm" only where the milliseconds are
// not 0. CLOCK_ABSENT gives "". Years 0000 to 9999; others are clamped.
void clock_format(char out[CLOCK_TEXT_LEN], int64_t unix_ms);

// clock_parse reads a time of day as crawlers write it, in UTC unless it says
// otherwise; false, and *unix_ms untouched, where it can't be read:
//   2017-03-12T18:05:00Z  2017-03-12T18:05:00.5+01:00   RFC 3339
//   2017-03-12 18:05:00   2017-03-12T18:05              the same without zone or seconds
//   2017-03-12            20170312   20170312180500     a date alone is its midnight
//   26-FEB-1987 15:51:28.42   2-Mar-1987                as wires and old databases do
// Dates that do not exist (2017-02-30) can't be read.
bool clock_parse(const char *text, size_t len, int64_t *unix_ms);

#endif
