/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every measuring program shares: a clock, samples, processes that start
 * at once, one JSON object a result. */
#ifndef ID7_TESTS_BENCH_H
#define ID7_TESTS_BENCH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Durations in nanoseconds, in memory that children share. */
struct bench_samples {
	int64_t *ns;
	size_t count;
};

static inline int64_t
bench_now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

/* Processor time of this process: what others do to the machine is hardly in it. */
static inline int64_t
bench_cpu(void)
{
	struct timespec at;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
	return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

/* Ends the program, saying what went wrong. */
static inline void __attribute__((noreturn)) bench_die(const char *what)
{
	perror(what);
	_exit(2);
}

/* The number of an argument; anything else ends the program. */
static inline size_t
bench_number(const char *text)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	if (*text == '\0' || *end != '\0')
		bench_die(text);
	return number;
}

/* Zeroed memory that children share. */
static inline void *
bench_shared(size_t size)
{
	void *place = mmap(NULL, size, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (place == MAP_FAILED)
		bench_die("mmap");
	return place;
}

static inline struct bench_samples
bench_samples_make(size_t count)
{
	return (struct bench_samples){bench_shared(count * sizeof(int64_t)),
				      count};
}

static inline int
bench_compare(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* The nearest-rank percentile, in microseconds; the samples are sorted. */
static inline double
bench_percentile(const struct bench_samples *samples, unsigned int percent)
{
	size_t rank = (samples->count * percent + 99) / 100;

	return (double)samples->ns[rank > 0 ? rank - 1 : 0] / 1000;
}

/* Sorts the samples and prints the members that say how long they took. */
static inline void
bench_print(struct bench_samples *samples)
{
	qsort(samples->ns, samples->count, sizeof *samples->ns, bench_compare);
	printf("\"count\":%zu,\"p50_us\":%.1f,\"p99_us\":%.1f,\"max_us\":%.1f",
	       samples->count, bench_percentile(samples, 50),
	       bench_percentile(samples, 99), bench_percentile(samples, 100));
}

/* One process's share of a crowd: `number` counts the processes from 0. */
typedef void bench_work_fn(size_t number, void *context);

/* Runs `work` in `procs` processes that begin at once; the whole time in
 * nanoseconds. */
static inline int64_t
bench_crowd(size_t procs, bench_work_fn *work, void *context)
{
	int64_t begun;
	int gate[2], status;
	bool well = true;
	char byte;

	fflush(stdout);
	if (pipe(gate) != 0)
		bench_die("pipe");
	for (size_t i = 0; i < procs; i++) {
		pid_t child = fork();

		if (child < 0)
			bench_die("fork");
		if (child > 0)
			continue;
		close(gate[1]);
		(void)!read(gate[0], &byte, 1);
		work(i, context);
		_exit(0);
	}
	close(gate[0]);
	begun = bench_now();
	close(gate[1]);
	for (size_t i = 0; i < procs; i++)
		if (wait(&status) < 0 || status != 0)
			well = false;
	if (!well)
		bench_die("a process of the crowd failed");
	return bench_now() - begun;
}

/* Operations a second. */
static inline double
bench_rate(size_t count, int64_t ns)
{
	return (double)count * 1e9 / (double)ns;
}

#endif
