# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU guests, emulated (TCG): for kernels that are not User-Mode Linux."""

from . import initrd, network, paths, tsc
from .guest import Guest

QEMU = "qemu-system-x86_64"

# Emulation is that much slower than what the limits in the tests assume.
SLOWNESS = 3


class QemuGuest(Guest):
    """Root is the host's by 9p, read-only; with options.icount everything is
    in the initramfs and the guest's clock counts instructions."""

    bed = "qemu"
    control_tty = "/dev/ttyS1"

    @property
    def root(self):
        return "initramfs" if self.options.icount else "9p"

    def command(self, control_fd):
        opts = self.options
        argv = [
            QEMU, "-nodefaults", "-no-user-config", "-display", "none",
            "-no-reboot", "-M", "q35", "-cpu", opts.cpu_model,
            "-m", opts.mem,
            "-kernel", str(self.kernel.image), "-initrd", str(self._initrd()),
            "-append", " ".join(self._kernel_args()),
            "-chardev", "stdio,id=console,signal=off",
            "-serial", "chardev:console",
            "-chardev", f"socket,id=control,fd={control_fd}",
            "-serial", "chardev:control",
            "-device", "virtio-rng-pci",
        ]
        argv += self._clock() + self._network()
        if self.root == "9p":
            argv += self._share("root", "/", ",readonly=on")
            argv += self._share("out", str(self.outdir / "out"), "")
        return argv

    def _kernel_args(self):
        init = f"{paths.HARNESS}/guest/init.sh"
        # A busy host stops a guest for longer than the watchdog's 20 seconds.
        args = ["console=ttyS0", "panic=-1", "watchdog_thresh=60",
                f"loglevel={self.options.loglevel}", "random.trust_cpu=on",
                # No surprise rescheduling by clock checks in emulation.
                "tsc=reliable", "no_timer_check",
                f"xmem_conf={self.conf_path}"]
        if self.kernel.release.startswith("5.10."):
            args.append("virtio_net.napi_tx=0")  # guest/net.sh says why
        if self.options.icount:
            args.append(f"rdinit={init}")
        else:
            args.append(f"xmem_init={init}")
            if tsc.khz():
                args.append(f"tsc_early_khz={tsc.khz()}")
        return args + list(self.options.append)

    def _clock(self):
        if self.options.icount:
            return ["-accel", "tcg,thread=single", "-smp", "1",
                    "-icount", "shift=0,sleep=off"]
        # Emulated with two, stock kernels now and then die while they patch themselves.
        cpus = self.options.cpus or (1 if self.kernel.name.startswith("debian") else 2)
        return ["-accel", "tcg,thread=multi", "-smp", str(cpus)]

    def _network(self):
        if not self.net:
            return []
        cards = ["-netdev", "dgram,id=net0,local.type=fd,local.str="
                 f"{self.net.end_of(self.role)}",
                 "-device", "virtio-net-pci,netdev=net0,"
                 f"host_mtu={network.MTU},mac={network.MAC[self.role]},romfile="]
        if self.options.forward and self.role == "appliance":
            cards += ["-netdev", "user,id=host,restrict=on,hostfwd=tcp:127.0.0.1:"
                      f"{self.options.forward}-:{network.MANAGER_PORT}",
                      "-device", "virtio-net-pci,netdev=host,"
                      f"mac={network.HOST_MAC},romfile="]
        return cards

    @staticmethod
    def _share(tag, path, flags):
        return ["-fsdev", f"local,id={tag},path={path},security_model=none,"
                f"multidevs=remap{flags}",
                "-device", f"virtio-9p-pci,fsdev={tag},mount_tag={tag}"]

    def _initrd(self):
        target = self.outdir / f"{self.role}.initrd"
        if self.options.icount:
            initrd.build_full(self.kernel, target, self.mods,
                              self.options.files,
                              {str(self.conf_path): self.conf_text()})
        elif not target.exists():
            initrd.build_9p(self.kernel, target)
        return target

    def timeout_scale(self):
        return super().timeout_scale() * SLOWNESS
