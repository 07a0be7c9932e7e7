"""IP protocols as EC2 writes them in rules, and the ports that they have.

Names that EC2 accepts in a security group rule: `tcp`, `udp`, `icmp`, `icmpv6`, and `-1` for all protocols
(https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html); any other protocol is a number
of https://www.iana.org/assignments/protocol-numbers/.
"""

from __future__ import annotations

ALL = -1
ICMP = 1
TCP = 6
UDP = 17
ICMPV6 = 58

# `all` is how the AWS CLI and templates in the wild write -1.
# https://docs.aws.amazon.com/cli/latest/reference/ec2/authorize-security-group-ingress.html (--protocol)
NUMBERS: dict[str, int] = {"tcp": TCP, "udp": UDP, "icmp": ICMP, "icmpv6": ICMPV6, "all": ALL}

NAMES: dict[int, str] = {ALL: "all", ICMP: "icmp", TCP: "tcp", UDP: "udp", ICMPV6: "icmpv6"}

# The transports that have ports (RFC 9293, RFC 768); in every table of the network facts they stand in this order.
TRANSPORTS: dict[int, str] = {TCP: "tcp", UDP: "udp"}

LAST_PORT = 65535
