// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One system call during which the kernel's Nth allocation fails. A program cannot be
 * started so: its start would use the failure up.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/swap.h>
#include <unistd.h>

static int call(const char *name, const char *path)
{
	if (!strcmp(name, "swapon"))
		return swapon(path, 0);
	if (!strcmp(name, "mount"))
		return mount("none", path, "xmem", 0, NULL);
	errno = EINVAL;
	return -1;
}

int main(int argc, char **argv)
{
	char left[16] = "";
	int fd, error;

	if (argc != 4) {
		fputs("usage: failnth N swapon FILE | failnth N mount DIRECTORY\n", stderr);
		return 2;
	}
	fd = open("/proc/self/fail-nth", O_RDWR);
	if (fd < 0 || write(fd, argv[1], strlen(argv[1])) < 0) {
		perror("failnth: /proc/self/fail-nth");
		return 2;
	}
	error = call(argv[2], argv[3]) ? errno : 0;
	if (pread(fd, left, sizeof(left) - 1, 0) < 0 || pwrite(fd, "0", 1, 0) < 0) {
		perror("failnth: /proc/self/fail-nth");
		return 2;
	}
	printf("%s, %s\n", error ? strerror(error) : "done",
	       atoi(left) ? "nothing failed" : "an allocation failed");
	return error ? 1 : 0;
}
