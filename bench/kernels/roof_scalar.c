#define ROOF roof_scalar
#include "roof_blocks.h"
