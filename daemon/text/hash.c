#include "text/hash.h"
#include "base/xxh.h"
#include "text/words.h"

uint64_t hash_long(const uint8_t *key, size_t len)
{
    uint64_t x = len;
    for (; len >= HASH_SHORT; key += HASH_SHORT, len -= HASH_SHORT)
        x = hash_step(x, load64(key), load64(key + 8));
    uint8_t last[HASH_SHORT] = {0};
    memcpy(last, key, len);
    return len ? hash_step(x, load64(last), load64(last + 8)) : x;
}

uint64_t hash_key(view key)
{
    uint8_t padded[HASH_SHORT] = {0};
    if (key.len > HASH_SHORT)
        return hash_long(key.p, key.len);
    if (key.len)
        memcpy(padded, key.p, key.len);
    return hash_padded(padded, key.len);
}

uint64_t words_body_hash(const words *w)
{
    return xxh_bytes((view){w->keys, w->keys_len}, 0);
}

uint64_t hash_ascii_long(const uint8_t *p, size_t len)
{
    uint64_t x = len;
    uint8_t part[HASH_SHORT];
    for (size_t i = 0; i < len; i += HASH_SHORT) {
        for (size_t k = 0; k < HASH_SHORT; k++)
            part[k] = i + k < len ? p[i + k] | 0x20 : 0;
        x = hash_step(x, load64(part), load64(part + 8));
    }
    return x;
}
