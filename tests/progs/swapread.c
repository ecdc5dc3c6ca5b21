// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What it takes to read a page back from swap: an area is filled, paged out by
 * request (the file memory.reclaim of the control group), and touched page by page in
 * random order. One line of JSON says how many nanoseconds all touches took. Pages that
 * were still in memory are not counted, and a page with other content ends it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096

/* Each pass writes some pages out, and lets go of those that an earlier one wrote. */
#define RECLAIM_PASSES 20
#define RECLAIM_PAUSE_US 50000

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t content(size_t page)
{
	return (page + 1) * UINT64_C(0x9e3779b97f4a7c15);
}

static void fill(uint64_t *page, size_t number)
{
	size_t i;

	for (i = 0; i < PAGE / sizeof(*page); i++)
		page[i] = content(number) + i;
}

static void shuffle(size_t *order, size_t n)
{
	size_t i, j, t;

	for (i = 0; i < n; i++)
		order[i] = i;
	for (i = n - 1; i > 0; i--) {
		j = (size_t)random() % (i + 1);
		t = order[i];
		order[i] = order[j];
		order[j] = t;
	}
}

/* Touch all pages that are out; returns how many, or -1 if one is wrong. */
static long touch(char *area, const size_t *order, const unsigned char *resident, size_t n,
		  uint64_t *ns)
{
	long touched = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		volatile uint64_t *page = (uint64_t *)(area + order[i] * PAGE);
		uint64_t begin, value;

		if (resident[order[i]] & 1)
			continue;
		begin = now_ns();
		value = *page;
		*ns += now_ns() - begin;
		touched++;
		if (value != content(order[i]))
			return -1;
	}
	return touched;
}

/* Ends when most of the area is out; who could not be paged out is seen by touch(). */
static int page_out(const char *reclaim, char *area, size_t n, unsigned char *resident)
{
	int fd = open(reclaim, O_WRONLY | O_CLOEXEC), pass;
	size_t i, in = n;
	char text[32];
	int len = snprintf(text, sizeof(text), "%zu", n * PAGE);

	if (fd < 0)
		return -1;
	for (pass = 0; pass < RECLAIM_PASSES && in > n / 10; pass++) {
		/* EAGAIN: less than that could be reclaimed */
		if (pwrite(fd, text, (size_t)len, 0) < 0 && errno != EAGAIN)
			break;
		usleep(RECLAIM_PAUSE_US);
		if (mincore(area, n * PAGE, resident))
			break;
		for (i = in = 0; i < n; i++)
			in += resident[i] & 1;
	}
	close(fd);
	return pass && in < n ? 0 : -1;
}

int main(int argc, char **argv)
{
	size_t n = argc == 3 ? strtoul(argv[1], NULL, 0) : 0, i;
	unsigned char *resident = calloc(n + 1, 1);
	size_t *order = calloc(n + 1, sizeof(*order));
	uint64_t ns = 0;
	long touched;
	char *area;

	if (n < 1 || n > 1 << 20 || !resident || !order) {
		fprintf(stderr, "usage: swapread PAGES FILE (1 to 1048576, memory.reclaim)\n");
		return 2;
	}
	area = mmap(NULL, n * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED) {
		perror("swapread: mmap");
		return 2;
	}
	for (i = 0; i < n; i++)
		fill((uint64_t *)(area + i * PAGE), i);
	shuffle(order, n);
	if (page_out(argv[2], area, n, resident)) {
		perror("swapread: page out");
		return 2;
	}
	touched = touch(area, order, resident, n, &ns);
	if (touched < (long)n / 2) {
		fprintf(stderr, touched < 0 ? "swapread: a page is wrong\n"
					    : "swapread: most pages did not go out\n");
		return 1;
	}
	printf("{\"ns\":%llu,\"ops\":%ld}\n", (unsigned long long)ns, touched);
	return 0;
}
