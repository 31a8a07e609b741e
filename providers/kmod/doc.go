// Package kmod serves the kernel_module and module_blacklist blocks, and
// knows the kernel modules of a host for other providers: which are loaded,
// which need which, which are held by what, and what modprobe.d makes of
// them. It also carries out the loading and unloading.
//
// Reading never loads a module: everything comes from /proc, /sys and the
// files of depmod and modprobe; the only program that is run to read is
// modinfo, which looks into a module's file.
package kmod
