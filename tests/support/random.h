/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A seeded generator for property tests: ID7_SEED in the environment repeats a run. */
#ifndef ID7_TESTS_RANDOM_H
#define ID7_TESTS_RANDOM_H

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct random {
	uint64_t seed; /* what the run began with */
	uint64_t state;
};

/* The generator of this run: ID7_SEED, or another one each time. */
static inline struct random
random_begin(void)
{
	const char *given = getenv("ID7_SEED");
	struct random random;
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	random.seed = given != NULL
			      ? strtoull(given, NULL, 0)
			      : (uint64_t)t.tv_sec * 1000000007u ^
					(uint64_t)t.tv_nsec;
	random.state = random.seed;
	return random;
}

/* 64 bits (SplitMix64). */
static inline uint64_t
random_bits(struct random *random)
{
	uint64_t z = (random->state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* 0..n-1; n is not 0. */
static inline uint32_t
random_below(struct random *random, uint32_t n)
{
	return (uint32_t)(random_bits(random) % n);
}

/* low..high, both included; they lie less than 2^63 apart. */
static inline int64_t
random_between(struct random *random, int64_t low, int64_t high)
{
	uint64_t span = (uint64_t)high - (uint64_t)low + 1;

	return low + (int64_t)(random_bits(random) % span);
}

/* True once in n. */
static inline bool
random_once_in(struct random *random, uint32_t n)
{
	return random_below(random, n) == 0;
}

/* How to repeat a run that failed. */
static inline void
random_confess(const struct random *random)
{
	fprintf(stderr, "to repeat: ID7_SEED=0x%" PRIx64 "\n", random->seed);
}

#endif
