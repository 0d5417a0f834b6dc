#include "plan.h"
#include "language.h"

enum {
    FIRST = PLAN_AGENCY_EVERY, // articles that take from none
    AGENCY_BACK = 5,      // an agency's article is taken while it is among the last 2^5 of them
    RECENT_OCTAVES = 12,  // how far back others are taken from: up to 2^12 articles
    EVENT_ARTICLES = 16,  // numbers to an event; every second article has one of its own
    EVENT_OCTAVES = 9,    // an event is told of for some 2^9 articles
    EPOCH_S = 1483228800, // 2017-01-01
};

// Bytes of a text by sixteenths: log-normal, median 2,150, sigma .6. With a site's own
// lines the mean is 3,000.
static const uint32_t SIZE[17] = {400,  850,  1080, 1260, 1440, 1600, 1780, 1960, 2150,
                                  2360, 2600, 2880, 3220, 3670, 4290, 5440, 11000};

// A number that is 2^k with the same chance for each k below `octaves`, and uniform between.
static uint64_t log_uniform(uint64_t r, uint32_t octaves)
{
    uint32_t octave = random_below(r >> 32, octaves);
    return ((uint64_t)1 << octave) + (r & (((uint64_t)1 << octave) - 1));
}

static uint64_t key(uint64_t seed, uint64_t i)
{
    return mix64(seed * 0x632be59bd9b4e019u ^ mix64(i + 1));
}

static articles_kind kind_of(uint64_t i, uint64_t r)
{
    if (i < FIRST || i % PLAN_AGENCY_EVERY == 0)
        return ARTICLE_ORIGINAL;
    uint32_t x = random_below(r, 1000);
    return x < 120   ? ARTICLE_COPY
           : x < 180 ? ARTICLE_EXCERPT
           : x < 250 ? ARTICLE_REWRITE
           : x < 325 ? ARTICLE_QUOTES
                     : ARTICLE_ORIGINAL;
}

static articles_kind kind_at(uint64_t seed, uint64_t i)
{
    return kind_of(i, mix64(key(seed, i) + 1));
}

// Four in ten of what is taken are an agency's, five any recent article, the rest an old one.
static uint64_t source_of(uint64_t seed, uint64_t i, uint64_t r)
{
    uint64_t x = random_below(r, 10), more = mix64(r);
    if (x < 4) {
        uint64_t back = log_uniform(more, AGENCY_BACK) - 1, last = (i - 1) / PLAN_AGENCY_EVERY;
        return (back < last ? last - back : 0) * PLAN_AGENCY_EVERY;
    }
    uint64_t back = log_uniform(more, RECENT_OCTAVES);
    uint64_t at = x < 9 ? (back < i ? i - back : 0) : more % i;
    while (at % PLAN_AGENCY_EVERY && kind_at(seed, at) != ARTICLE_ORIGINAL)
        at--;
    return at;
}

static uint32_t size_of(uint64_t r)
{
    uint32_t x = (uint32_t)(r & 0xffff), at = x >> 12, part = x & 0xfff;
    return SIZE[at] + (SIZE[at + 1] - SIZE[at]) * part / 4096;
}

// The first of 200 publish far more than the last.
static uint32_t publisher_of(uint64_t i, uint64_t r)
{
    if (i % PLAN_AGENCY_EVERY == 0)
        return random_below(r, PLAN_AGENCIES);
    uint64_t a = random_below(r, 1000), b = random_below(r >> 32, 1000);
    return PLAN_AGENCIES +
           (uint32_t)(a * (500 + b) / 1500 * (ARTICLES_PUBLISHERS - PLAN_AGENCIES) / 1000);
}

static uint64_t event_of(uint64_t i, uint64_t r)
{
    uint64_t back = log_uniform(r, EVENT_OCTAVES);
    return r >> 63 || back > i ? ~i : (i - back) / EVENT_ARTICLES;
}

void plan_make(plan *p, uint64_t seed, uint64_t i)
{
    uint64_t k = key(seed, i);
    p->kind = kind_of(i, mix64(k + 1));
    p->source = p->kind == ARTICLE_ORIGINAL ? i : source_of(seed, i, mix64(k + 2));
    uint64_t told = p->source, t = key(seed, told);
    p->event = mix64(seed + 7) ^ event_of(told, mix64(t + 3));
    p->publisher = publisher_of(i, mix64(k + 4));
    p->bytes = size_of(mix64(k + 5));
    p->published_s = EPOCH_S + (int64_t)i * ARTICLES_STEP_S +
                     (int64_t)random_below(mix64(k + 6), ARTICLES_STEP_S);
    p->random = mix64(k + 8);
}
