// places.h - where the bits of a byte are, for moving together what vectors keep by a mask.
// Layer: base.  Threads: constant.
#ifndef SHINGLED_BASE_PLACES_H
#define SHINGLED_BASE_PLACES_H
#include <stdint.h>

// BIT_PLACES[mask] holds the numbers of mask's bits, least first, a byte each from the lowest on;
// the bytes behind them are 0.
extern const uint64_t BIT_PLACES[256];

#endif
