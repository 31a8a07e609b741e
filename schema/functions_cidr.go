package schema

import (
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/netip"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

var cidrHostFunction = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "prefix", Type: cty.String}, {Name: "hostnum", Type: cty.Number}},
	Type:   function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		network, err := parsePrefix(args[0].AsString())
		if err != nil {
			return cty.NilVal, function.NewArgError(0, err)
		}
		n, err := wholeArgument(args[1])
		if err != nil {
			return cty.NilVal, function.NewArgError(1, err)
		}
		hosts := new(big.Int).Lsh(big.NewInt(1), uint(network.Addr().BitLen()-network.Bits()))
		if n.Sign() < 0 {
			n = new(big.Int).Add(n, hosts)
		}
		if n.Sign() < 0 || n.Cmp(hosts) >= 0 {
			return cty.NilVal, function.NewArgErrorf(1, "%s has %s addresses, counted from 0", network, hosts)
		}
		return cty.StringVal(offset(network.Addr(), n).String()), nil
	},
})

var cidrNetmaskFunction = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "prefix", Type: cty.String}},
	Type:   function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		network, err := parsePrefix(args[0].AsString())
		if err != nil {
			return cty.NilVal, function.NewArgError(0, err)
		}
		if !network.Addr().Is4() {
			return cty.NilVal, function.NewArgErrorf(0, "IPv6 networks have no mask in dotted form")
		}
		return cty.StringVal(net.IP(net.CIDRMask(network.Bits(), 32)).String()), nil
	},
})

var cidrSubnetFunction = function.New(&function.Spec{
	Params: []function.Parameter{
		{Name: "prefix", Type: cty.String},
		{Name: "newbits", Type: cty.Number},
		{Name: "netnum", Type: cty.Number},
	},
	Type: function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		network, err := parsePrefix(args[0].AsString())
		if err != nil {
			return cty.NilVal, function.NewArgError(0, err)
		}
		longer, err := wholeArgument(args[1])
		if err != nil {
			return cty.NilVal, function.NewArgError(1, err)
		}
		room := network.Addr().BitLen() - network.Bits()
		if longer.Sign() < 0 || longer.Cmp(big.NewInt(int64(room))) > 0 {
			return cty.NilVal, function.NewArgErrorf(1, "%s can be lengthened by 0 to %d bits", network, room)
		}
		n, err := wholeArgument(args[2])
		if err != nil {
			return cty.NilVal, function.NewArgError(2, err)
		}
		bits := int(longer.Int64())
		if n.Sign() < 0 || n.BitLen() > bits {
			return cty.NilVal, function.NewArgErrorf(2, "%d more bits number the parts from 0 to %s", bits,
				new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(bits)), big.NewInt(1)))
		}
		start := offset(network.Addr(), new(big.Int).Lsh(n, uint(room-bits)))
		return cty.StringVal(netip.PrefixFrom(start, network.Bits()+bits).String()), nil
	},
})

var cidrContainsFunction = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "prefix", Type: cty.String}, {Name: "inner", Type: cty.String}},
	Type:   function.StaticReturnType(cty.Bool),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		network, err := parsePrefix(args[0].AsString())
		if err != nil {
			return cty.NilVal, function.NewArgError(0, err)
		}
		text := args[1].AsString()
		inner, err := parsePrefix(text)
		if err != nil {
			addr, err := netip.ParseAddr(text)
			if err != nil || addr.Zone() != "" {
				return cty.NilVal, function.NewArgErrorf(1, "%s is neither an address nor a network", quoted(text))
			}
			inner = netip.PrefixFrom(addr, addr.BitLen())
		}
		return cty.BoolVal(network.Bits() <= inner.Bits() && network.Contains(inner.Addr())), nil
	},
})

// parsePrefix reads a network and clears the bits behind its prefix.
func parsePrefix(text string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return p, fmt.Errorf("%s is not a network: write it like \"10.0.0.0/8\" or \"2001:db8::/32\"", quoted(text))
	}
	return p.Masked(), nil
}

// wholeArgument refuses fractions, and numbers that are wider than any address.
func wholeArgument(v cty.Value) (*big.Int, error) {
	f := v.AsBigFloat()
	if !f.IsInt() || f.MantExp(nil) > 129 {
		return nil, errors.New("it must be a whole number that an address can hold")
	}
	n, _ := f.Int(nil)
	return n, nil
}

// offset is the address n after start, which must lie in the same family.
func offset(start netip.Addr, n *big.Int) netip.Addr {
	sum := new(big.Int).SetBytes(start.AsSlice())
	bytes := sum.Add(sum, n).FillBytes(make([]byte, start.BitLen()/8))
	addr, _ := netip.AddrFromSlice(bytes)
	return addr
}
