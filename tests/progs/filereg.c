// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * File registers: every sector of many files is a register with one writer.
 *
 * Each process owns some files of a directory. It writes, maps, cuts, punches, renames
 * and makes them anew, drops their pages from the page cache, and reads; each sector
 * read must hold what follows from the last write to it, or zeros where there is a hole.
 * So a page of a cache behind the page cache that is stale, torn or another file's is
 * found at its next read. Beside each process runs another one that reads the same files
 * and drops their pages all the time, so that all of that meets in the middle.
 *
 * No error is allowed: a cache that fails must not be seen.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SECTOR 512
#define WORDS (SECTOR / 8)
#define PAGE_SECTORS 8
#define SECTORS 512 /* of the largest file */
#define FILES_MAX 64

enum {
	EXIT_WRONG = 1, /* a read returned something that was not written there */
	EXIT_SETUP = 2,
	EXIT_ERROR = 4,
};

static struct {
	const char *dir;
	unsigned int procs;
	unsigned int files;
	unsigned long ops; /* of each process */
	unsigned int seconds;
	uint64_t seed;
} opt = { .procs = 2, .files = 24, .ops = 1000, .seconds = 600, .seed = 1 };

static struct counters {
	unsigned long ops, sectors;
} * count;

/* What is known of a file: of each sector the number of the last write, 0 for a hole. */
static struct file {
	int fd;
	unsigned int sectors;
	uint32_t version[SECTORS];
} files[FILES_MAX];

static unsigned int proc;
static uint32_t last_version;
static uint64_t state;
static uint64_t buffer[SECTORS][WORDS];
static const char *op_name = "begin";

static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static unsigned int below(unsigned int n)
{
	state += UINT64_C(0x9e3779b97f4a7c15);
	return n ? mix(state) % n : 0;
}

static void fail(const char *what, unsigned int n)
{
	fprintf(stderr, "process %u: %s of file %u: %s: %s\n", proc, op_name, n, what,
		strerror(errno));
	_exit(EXIT_ERROR);
}

static void name_of(char *name, size_t size, unsigned int of, unsigned int n)
{
	snprintf(name, size, "%s/%u.%u", opt.dir, of, n);
}

static uint64_t word_of(uint32_t version, unsigned int sector, unsigned int w)
{
	return version ? mix((uint64_t)proc << 48 ^ (uint64_t)version << 16 ^ sector) + w : 0;
}

static void fill(uint64_t *words, uint32_t version, unsigned int sector)
{
	for (unsigned int w = 0; w < WORDS; w++)
		words[w] = word_of(version, sector, w);
}

/* Say which of the file's own writes wrong data is from, if any. */
static void wrong(unsigned int n, unsigned int sector, const uint64_t *got)
{
	const struct file *f = &files[n];
	uint32_t version;

	for (version = last_version; version; version--)
		if (got[0] == word_of(version, sector, 0))
			break;
	fprintf(stderr,
		"process %u file %u sector %u of %u: wrong: wanted write %u, found %s %u "
		"(%016jx), last write %u\n",
		proc, n, sector, f->sectors, f->version[sector],
		version	  ? "write"
		: !got[0] ? "zeros, write"
			  : "something else,",
		version, (uintmax_t)got[0], last_version);
	_exit(EXIT_WRONG);
}

static void check(unsigned int n, unsigned int sector, const uint64_t *got)
{
	for (unsigned int w = 0; w < WORDS; w++)
		if (got[w] != word_of(files[n].version[sector], sector, w))
			wrong(n, sector, got);
	count[proc].sectors++;
}

static void range(unsigned int limit, unsigned int *from, unsigned int *len)
{
	*from = below(limit);
	/* small ones mostly, whole pages often */
	*len = 1 + below(below(4) ? 3 * PAGE_SECTORS : limit);
	if (below(2)) {
		*from &= ~(PAGE_SECTORS - 1);
		*len = (*len + PAGE_SECTORS - 1) & ~(PAGE_SECTORS - 1);
	}
	if (*from + *len > limit)
		*len = limit - *from;
}

static void read_range(unsigned int n, unsigned int from, unsigned int len)
{
	ssize_t got = pread(files[n].fd, buffer, (size_t)len * SECTOR, (off_t)from * SECTOR);

	if (got != (ssize_t)len * SECTOR)
		fail("short read", n);
	for (unsigned int i = 0; i < len; i++)
		check(n, from + i, buffer[i]);
}

static void op_read(unsigned int n)
{
	unsigned int from, len;

	range(files[n].sectors, &from, &len);
	if (len)
		read_range(n, from, len);
}

static void op_write(unsigned int n)
{
	struct file *f = &files[n];
	unsigned int from, len, i;

	range(SECTORS, &from, &len);
	last_version++;
	for (i = 0; i < len; i++) {
		fill(buffer[i], last_version, from + i);
		f->version[from + i] = last_version;
	}
	if (from + len > f->sectors)
		f->sectors = from + len;
	if (pwrite(f->fd, buffer, (size_t)len * SECTOR, (off_t)from * SECTOR) !=
	    (ssize_t)len * SECTOR)
		fail("write", n);
}

static void op_map(unsigned int n)
{
	struct file *f = &files[n];
	unsigned int from, len, i;
	uint64_t(*map)[WORDS];

	range(f->sectors, &from, &len);
	if (!len)
		return;
	map = mmap(NULL, (size_t)f->sectors * SECTOR, PROT_READ | PROT_WRITE, MAP_SHARED, f->fd, 0);
	if (map == MAP_FAILED)
		fail("mmap", n);
	last_version++;
	for (i = from; i < from + len; i++) {
		check(n, i, map[i]);
		fill(map[i], last_version, i);
		f->version[i] = last_version;
	}
	munmap(map, (size_t)f->sectors * SECTOR);
}

static void op_truncate(unsigned int n)
{
	struct file *f = &files[n];
	unsigned int to = below(SECTORS), i;

	for (i = to; i < f->sectors; i++)
		f->version[i] = 0;
	f->sectors = to;
	if (ftruncate(f->fd, (off_t)to * SECTOR))
		fail("ftruncate", n);
}

static void op_punch(unsigned int n)
{
	struct file *f = &files[n];
	unsigned int from, len, i;

	range(f->sectors, &from, &len);
	if (!len)
		return;
	for (i = from; i < from + len; i++)
		f->version[i] = 0;
	if (fallocate(f->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)from * SECTOR,
		      (off_t)len * SECTOR))
		fail("fallocate", n);
}

static void make(unsigned int n)
{
	char name[256];

	name_of(name, sizeof(name), proc, n);
	files[n].fd = open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (files[n].fd < 0)
		fail(name, n);
	files[n].sectors = 0;
	memset(files[n].version, 0, sizeof(files[n].version));
}

/* Put one in the place of another, and make it anew. */
static void op_rename(unsigned int n)
{
	unsigned int to = below(opt.files);
	char from_name[256], to_name[256];

	if (to == n)
		return;
	name_of(from_name, sizeof(from_name), proc, n);
	name_of(to_name, sizeof(to_name), proc, to);
	if (rename(from_name, to_name))
		fail("rename", n);
	close(files[to].fd);
	files[to] = files[n];
	make(n);
}

/* The new file often gets the inode of the old one. */
static void op_replace(unsigned int n)
{
	char name[256];

	name_of(name, sizeof(name), proc, n);
	close(files[n].fd);
	if (unlink(name))
		fail("unlink", n);
	make(n);
	op_write(n);
}

static void op_reopen(unsigned int n)
{
	char name[256];

	name_of(name, sizeof(name), proc, n);
	close(files[n].fd);
	files[n].fd = open(name, O_RDWR);
	if (files[n].fd < 0)
		fail(name, n);
}

static void op_drop(unsigned int n)
{
	posix_fadvise(files[n].fd, 0, 0, POSIX_FADV_DONTNEED);
}

static void op_sync_drop(unsigned int n)
{
	if (fdatasync(files[n].fd))
		fail("fdatasync", n);
	op_drop(n);
}

/* Only pages that were read, not written, go to the cache behind. */
static void op_cycle(unsigned int n)
{
	op_sync_drop(n);
	read_range(n, 0, files[n].sectors);
	op_drop(n);
	read_range(n, 0, files[n].sectors);
}

static const struct {
	const char *name;
	void (*fn)(unsigned int n);
	unsigned int weight;
} ops[] = {
	{ "read", op_read, 34 },	{ "write", op_write, 14 },  { "map", op_map, 5 },
	{ "truncate", op_truncate, 4 }, { "punch", op_punch, 5 },   { "rename", op_rename, 3 },
	{ "replace", op_replace, 4 },	{ "reopen", op_reopen, 3 }, { "drop", op_drop, 14 },
	{ "sync", op_sync_drop, 6 },	{ "cycle", op_cycle, 8 },
};

static void step(void)
{
	unsigned int i, total = 0, at;

	for (i = 0; i < sizeof(ops) / sizeof(*ops); i++)
		total += ops[i].weight;
	at = below(total);
	for (i = 0; at >= ops[i].weight; i++)
		at -= ops[i].weight;
	op_name = ops[i].name;
	ops[i].fn(below(opt.files));
	count[proc].ops++;
}

/* Reads and drops what the other one works on, and looks at nothing. */
static void disturb(void)
{
	char name[256];
	int fd, drop;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	drop = open("/proc/sys/vm/drop_caches", O_WRONLY);
	for (;;) {
		name_of(name, sizeof(name), proc, below(opt.files));
		fd = open(name, O_RDONLY);
		if (fd < 0)
			continue;
		if (below(3))
			(void)!pread(fd, buffer, sizeof(buffer), 0);
		posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
		close(fd);
		if (!below(50))
			(void)!write(drop, "1", 1);
	}
}

static void work(void)
{
	time_t end = time(NULL) + opt.seconds;
	unsigned int n;
	pid_t other;

	state = opt.seed * 1000 + proc;
	for (n = 0; n < opt.files; n++) {
		make(n);
		op_write(n);
	}
	other = fork();
	if (other < 0)
		_exit(EXIT_SETUP);
	if (!other) {
		state += 500;
		disturb();
	}
	while (count[proc].ops < opt.ops && time(NULL) < end)
		step();
	kill(other, SIGKILL);
	op_name = "last read";
	for (n = 0; n < opt.files; n++) {
		op_sync_drop(n);
		read_range(n, 0, files[n].sectors);
	}
	_exit(0);
}

static void usage(void)
{
	fputs("usage: filereg -d DIRECTORY [-p PROCESSES] [-f FILES] [-n OPERATIONS]\n"
	      "               [-t SECONDS] [-s SEED]\n",
	      stderr);
	exit(EXIT_SETUP);
}

static void options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "d:p:f:n:t:s:")) >= 0) {
		switch (c) {
		case 'd':
			opt.dir = optarg;
			break;
		case 'p':
			opt.procs = atoi(optarg);
			break;
		case 'f':
			opt.files = atoi(optarg);
			break;
		case 'n':
			opt.ops = atol(optarg);
			break;
		case 't':
			opt.seconds = atoi(optarg);
			break;
		case 's':
			opt.seed = atol(optarg);
			break;
		default:
			usage();
		}
	}
	if (!opt.dir || !opt.procs || !opt.files || opt.files > FILES_MAX || optind < argc)
		usage();
	opt.ops = (opt.ops + opt.procs - 1) / opt.procs;
}

int main(int argc, char **argv)
{
	unsigned long n = 0, sectors = 0;
	int status, result = 0;
	unsigned int i;

	options(argc, argv);
	count = mmap(NULL, opt.procs * sizeof(*count), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (count == MAP_FAILED)
		return EXIT_SETUP;
	for (proc = 0; proc < opt.procs; proc++) {
		switch (fork()) {
		case -1:
			return EXIT_SETUP;
		case 0:
			work();
		}
	}
	for (i = 0; i < opt.procs; i++) {
		if (wait(&status) < 0)
			return EXIT_SETUP;
		if (!WIFEXITED(status))
			result = EXIT_SETUP;
		else if (WEXITSTATUS(status) && result != EXIT_WRONG)
			result = WEXITSTATUS(status);
	}
	for (i = 0; i < opt.procs; i++) {
		n += count[i].ops;
		sectors += count[i].sectors;
	}
	printf("operations %lu sectors %lu\n", n, sectors);
	return result;
}
