// Package rig joins two network namespaces by two TUN devices and an emulator between them, which impairs every IP packet
// alike, whatever is in it. The namespaces have no name and the devices are not persistent: all of it is gone when the
// processes inside end, however they end. Linux and root only.
package rig

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// The addresses inside.
const (
	ServerIP = "10.66.0.1"
	ClientIP = "10.66.0.2"
	mtu      = 1500
)

const (
	tunPath    = "/dev/net/tun"
	envAddress = "REALMWIRE_RIG_ADDRESS" // tells a child to make its device
	envSocket  = "REALMWIRE_RIG_SOCKET"  // over which it hands us the device
	handOver   = 10 * time.Second
)

// Available says why there is no rig here; nil means there is.
func Available() error {
	if os.Geteuid() != 0 {
		return errors.New("not root, and a network namespace needs that")
	}
	f, err := os.OpenFile(tunPath, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("no TUN device: %w", err)
	}
	return f.Close()
}

// Sandbox makes cmd, not yet started, run in a namespace of its own with one device of address ip. The returned function
// waits for the device's file once cmd has been started; cmd must call Enter.
func Sandbox(cmd *exec.Cmd, ip string) (device func() (*os.File, error), err error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("rig: %w", err)
	}
	theirs, ours := os.NewFile(uintptr(pair[0]), "rig"), os.NewFile(uintptr(pair[1]), "rig")
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Cloneflags |= unix.CLONE_NEWNET
	cmd.ExtraFiles = append(cmd.ExtraFiles, theirs)
	cmd.Env = append(cmd.Environ(), envAddress+"="+ip, envSocket+"="+strconv.Itoa(2+len(cmd.ExtraFiles)))
	return func() (*os.File, error) {
		_ = theirs.Close()
		defer ours.Close()
		return receiveFile(ours)
	}, nil
}

// receiveFile takes a file that the other end of a Unix socket hands over.
func receiveFile(from *os.File) (*os.File, error) {
	c, err := net.FileConn(from)
	if err != nil {
		return nil, fmt.Errorf("rig: %w", err)
	}
	defer c.Close()
	_ = c.SetReadDeadline(time.Now().Add(handOver))
	oob := make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := c.(*net.UnixConn).ReadMsgUnix(make([]byte, 1), oob)
	if err != nil {
		return nil, fmt.Errorf("rig: wait for the device: %w", err)
	}
	msgs, err := unix.ParseSocketControlMessage(oob[:n])
	if err != nil || len(msgs) != 1 {
		return nil, errors.New("rig: the child made no device")
	}
	fds, err := unix.ParseUnixRights(&msgs[0])
	if err != nil || len(fds) != 1 {
		return nil, errors.New("rig: the child made no device")
	}
	unix.CloseOnExec(fds[0])
	if err := unix.SetNonblock(fds[0], true); err != nil {
		return nil, fmt.Errorf("rig: %w", err)
	}
	return os.NewFile(uintptr(fds[0]), tunPath), nil
}

// Enter is called by a process at its start. In one that Sandbox prepared it makes the device; elsewhere it does nothing.
func Enter() error {
	ip, number := os.Getenv(envAddress), os.Getenv(envSocket)
	if ip == "" {
		return nil
	}
	sock, err := strconv.Atoi(number)
	if err != nil {
		return fmt.Errorf("rig: %s: %w", envSocket, err)
	}
	defer unix.Close(sock)
	tun, err := makeDevice(ip)
	if err != nil {
		return fmt.Errorf("rig: make the device: %w", err)
	}
	defer unix.Close(tun)
	return unix.Sendmsg(sock, []byte{0}, unix.UnixRights(tun), nil, 0)
}

// makeDevice makes a TUN device with an address and brings it, and the loopback, up.
func makeDevice(ip string) (int, error) {
	tun, err := unix.Open(tunPath, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	if err := setUp(tun, ip); err != nil {
		_ = unix.Close(tun)
		return 0, err
	}
	return tun, nil
}

func setUp(tun int, ip string) error {
	dev, err := unix.NewIfreq("rig0")
	if err != nil {
		return err
	}
	dev.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(tun, unix.TUNSETIFF, dev); err != nil {
		return err
	}
	ctl, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(ctl)
	dev.SetUint32(mtu)
	if err := unix.IoctlIfreq(ctl, unix.SIOCSIFMTU, dev); err != nil {
		return err
	}
	for _, set := range []struct {
		request uint
		ip      string
	}{{unix.SIOCSIFADDR, ip}, {unix.SIOCSIFNETMASK, "255.255.255.0"}} {
		if err := dev.SetInet4Addr(net.ParseIP(set.ip).To4()); err != nil {
			return err
		}
		if err := unix.IoctlIfreq(ctl, set.request, dev); err != nil {
			return err
		}
	}
	for _, name := range []string{"lo", "rig0"} {
		r, err := unix.NewIfreq(name)
		if err != nil {
			return err
		}
		r.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
		if err := unix.IoctlIfreq(ctl, unix.SIOCSIFFLAGS, r); err != nil {
			return err
		}
	}
	return nil
}
