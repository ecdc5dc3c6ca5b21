# SPDX-License-Identifier: GPL-2.0-or-later
#
# make              the modules and the programs
# make help         everything else

# Headers of the running kernel, or of the newest one that has them installed.
KDIR ?= $(firstword $(wildcard /lib/modules/$(shell uname -r)/build) \
	$(lastword $(sort $(wildcard /lib/modules/*/build))))
PREFIX ?= /usr/local
DESTDIR ?=
XMEM_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/xmem
KERNEL ?= debian-6.12
JOBS ?= 2
DEPS := tests/deps $(wildcard tests/*/deps)
export XMEM_CACHE

.PHONY: all modules user tools xmemd deps check check-quick demo bench sim style uapi install clean help

all: modules user

modules:
	@test -n "$(KDIR)" || { echo "no kernel headers found: apt-get install linux-headers-$$(uname -r), or KDIR=..." >&2; exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR) W=1 modules

user: tools xmemd

tools:
	$(MAKE) -C tools

xmemd: tools
	$(MAKE) -C mgmt-daemon

# packages by name, only those that are missing
deps:
	@tests/install-deps $(DEPS)

check: deps
	tests/run --tier full -j $(JOBS)

check-quick: deps
	tests/run --tier quick

demo: deps
	tests/demo/run --kernel $(KERNEL)

bench: deps
	tests/bench/run

# the tables of Documentation/simulation.md
sim: deps
	tests/sim/run

style: deps
	tests/style/run

# what follows from the netlink descriptions
uapi:
	uapi/generate

install: all
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules_install
	$(MAKE) -C tools install PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)
	$(MAKE) -C mgmt-daemon install PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)

clean:
	-test -z "$(KDIR)" || $(MAKE) -C $(KDIR) M=$(CURDIR) clean
	$(MAKE) -C tools clean
	$(MAKE) -C mgmt-daemon clean
	$(MAKE) -C tests/sim clean
	rm -rf build

help:
	@echo "make                  build xmem.ko, xmem_appliance.ko, xmemd, xmemadm"
	@echo "make modules KDIR=... only the modules, for any kernel tree"
	@echo "make demo             two guests, one program, memory of the other machine [KERNEL=$(KERNEL)]"
	@echo "make check            every test; kernels are built on first use (cache: $(XMEM_CACHE))"
	@echo "make check-quick      the tests to run while working, under 5 minutes"
	@echo "make bench            the tables of Documentation/performance.md"
	@echo "make sim              the tables of Documentation/simulation.md"
	@echo "make style            checkpatch, sparse, kernel-doc, clang-format, W=1, shellcheck, codespell, bars"
	@echo "make install          modules, programs, units and rules [PREFIX=$(PREFIX) DESTDIR=]"
	@echo "make uapi             what follows from uapi/*.yaml"
	@echo "make deps             the Debian packages that all of this needs"
