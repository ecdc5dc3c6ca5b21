// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stub.h"

int stub_pki(const char *dir)
{
	struct run r;

	run(&r,
	    "cd %s && $XMEMADM pki init --dir . && "
	    "$XMEMADM pki issue m --dir . --role manager --san 127.0.0.1 && "
	    "$XMEMADM pki issue c --dir . --role client",
	    dir);
	return r.status;
}

bool stub_start(struct stub *stub, const char *dir, const char *mode)
{
	int in[2], out[2];
	char line[32] = "";
	ssize_t n;

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		return false;
	stub->pid = fork();
	if (!stub->pid) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		execl("./https-stub", "https-stub", dir, "m", mode, NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	stub->in = in[1];
	stub->out = out[0];
	n = read(stub->out, line, sizeof(line) - 1);
	snprintf(stub->url, sizeof(stub->url), "https://127.0.0.1:%d", atoi(line));
	fcntl(stub->out, F_SETFL, O_NONBLOCK);
	return n > 0;
}

void stub_stop(struct stub *stub)
{
	close(stub->in);
	close(stub->out);
	waitpid(stub->pid, NULL, 0);
}

const char *stub_asked(struct stub *stub)
{
	static char text[8192];
	size_t len = 0;
	ssize_t n;

	/* a line is written before its answer, so all of them are there */
	while (len < sizeof(text) - 1 &&
	       (n = read(stub->out, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = 0;
	return text;
}

void stub_config(const char *dir, const char *name, const char *managers)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f,
		"[tls]\nca=%s/ca.crt\ncert=%s/c.crt\nkey=%s/c.key\n"
		"[client]\nid=2\nmanagers=%s\n",
		dir, dir, dir, managers);
	fclose(f);
}
