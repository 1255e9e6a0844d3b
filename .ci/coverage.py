"""Line coverage by assembly over several cobertura files: a line counts if any run hit it."""
import sys
import xml.etree.ElementTree as xml
from collections import defaultdict

least, files = float(sys.argv[1]), sys.argv[2:]
lines = defaultdict(dict)
for file in files:
    for package in xml.parse(file).getroot().iter("package"):
        for unit in package.iter("class"):
            for line in unit.iter("line"):
                key = (unit.get("filename"), line.get("number"))
                lines[package.get("name")][key] = max(lines[package.get("name")].get(key, 0), int(line.get("hits")))
low = False
for name, hits in sorted(lines.items()):
    percent = 100 * sum(h > 0 for h in hits.values()) / len(hits)
    low |= percent < least
    print(f"line coverage of {name}: {percent:.1f} % of {len(hits)} lines (at least {least:.0f} wanted)")
sys.exit(low or not lines)
