// SPDX-License-Identifier: GPL-2.0-or-later
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

static void read_back(FILE *f, char *text, size_t size)
{
	size_t len;

	rewind(f);
	len = fread(text, 1, size - 1, f);
	text[len] = 0;
	fclose(f);
}

void run(struct run *run, const char *fmt, ...)
{
	FILE *out = tmpfile(), *err = tmpfile();
	char command[8192];
	int status;
	va_list ap;
	pid_t pid;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	assert_non_null(out);
	assert_non_null(err);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		dup2(fileno(out), STDOUT_FILENO);
		dup2(fileno(err), STDERR_FILENO);
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	run->status = WEXITSTATUS(status);
	read_back(out, run->out, sizeof(run->out));
	read_back(err, run->err, sizeof(run->err));
}

int make_dir(void **state)
{
	static unsigned int count;
	char *dir;

	*state = NULL;
	if (asprintf(&dir, "/tmp/xmem-unit.%d.%u", getpid(), count++) < 0)
		return -1;
	*state = dir;
	return mkdir(dir, 0700);
}

int remove_dir(void **state)
{
	struct run r;

	run(&r, "rm -rf '%s'", (char *)*state);
	free(*state);
	return r.status;
}
