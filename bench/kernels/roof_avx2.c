#define XXH_VECTOR 2 // XXH_AVX2
#define ROOF roof_avx2
#include "roof_blocks.h"
