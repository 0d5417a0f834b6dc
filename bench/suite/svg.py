"""svg - panels of lines and of bars as SVG, readable in light and in dark."""
import math

FAR_APART = 50  # times: values that are drawn on a logarithmic scale

STYLE = """
  text { font: 12px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #52514e; }
  .title { font-size: 14px; font-weight: 600; fill: #0b0b0b; }
  .name { fill: #0b0b0b; }
  .number { font-variant-numeric: tabular-nums; }
  .back { fill: #fcfcfb; }
  .grid { stroke: #e1e0d9; stroke-width: 1; }
  .axis { stroke: #898781; stroke-width: 1; }
  .line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
  .s0 { stroke: #2a78d6; } .s1 { stroke: #eb6834; }
  .d0 { fill: #2a78d6; } .d1 { fill: #eb6834; } .other { fill: #a3a19a; }
  @media (prefers-color-scheme: dark) {
    text { fill: #c3c2b7; } .title, .name { fill: #ffffff; } .back { fill: #1a1a19; }
    .grid { stroke: #2c2c2a; } .axis { stroke: #898781; } .other { fill: #75736d; }
    .s0 { stroke: #3987e5; } .s1 { stroke: #d95926; } .d0 { fill: #3987e5; } .d1 { fill: #d95926; }
  }
"""


def escape(text):
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def short(x):
    """12k, 1.5M, .35: as few digits as an axis needs."""
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if abs(x) >= size:
            return f"{x / size:.3g}{unit}"
    return f"{x:.3g}"


class Scale:
    """From values to pixels, linear from zero or logarithmic."""

    def __init__(self, values, low, high, log):
        self.low, self.high, self.log = low, high, log
        least, most = min(values), max(values)
        if log:
            self.ticks = self._log_ticks(least, most)
            self.least, self.most = min(least, self.ticks[0]), max(most, self.ticks[-1])
        else:
            step = self._step(most)
            self.ticks = [step * i for i in range(int(math.ceil(most / step - 1e-9)) + 1)]
            self.least, self.most = 0, self.ticks[-1]

    @staticmethod
    def _step(most):
        power = 10 ** math.floor(math.log10(most / 4)) if most > 0 else 1
        return next(power * k for k in (1, 2, 2.5, 5, 10) if most / (power * k) <= 5)

    @staticmethod
    def _log_ticks(least, most):
        first, last = math.floor(math.log10(least)), math.ceil(math.log10(most))
        factors = (1,) if last - first > 2 else (1, 2, 5)
        ticks = [10.0 ** p * f for p in range(first, last + 1) for f in factors]
        begin = max([i for i, t in enumerate(ticks) if t <= least * 1.001], default=0)
        end = min([i for i, t in enumerate(ticks) if t >= most * .999], default=len(ticks) - 1)
        return ticks[begin:end + 1]

    def at(self, x):
        if self.log:
            part = math.log(x / self.least) / (math.log(self.most / self.least) or 1)
        else:
            part = (x - self.least) / (self.most - self.least)
        return self.low + part * (self.high - self.low)


class Picture:
    def __init__(self, width, height, says):
        self.width, self.height, self.says, self.parts = width, height, says, []

    def text(self, x, y, text, kind="", anchor="start"):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(text)}</text>')

    def segment(self, x1, y1, x2, y2, kind):
        self.parts.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>')

    def lines(self, x, y, width, height, title, series, log_y=False):
        """A panel of lines over articles stored; series: {name: [(articles, value)]}; names stand at the ends."""
        self.text(x, y + 14, title, "title")
        left, right, top, bottom = x + 44, x + width - (70 if len(series) > 1 else 16), y + 34, y + height - 38
        points = [p for line in series.values() for p in line]
        across = Scale([p[0] for p in points], left, right, True)
        up = Scale([p[1] for p in points], bottom, top, log_y)
        for tick in up.ticks:
            self.segment(left, up.at(tick), right, up.at(tick), "axis" if tick == up.ticks[0] else "grid")
            self.text(left - 6, up.at(tick) + 4, short(tick), "number", "end")
        for tick in across.ticks:
            if math.log10(tick) % 1 < 1e-9 or len(across.ticks) <= 5:
                self.text(across.at(tick), bottom + 16, short(tick), "number", "middle")
        self.text((left + right) / 2, bottom + 32, "articles stored", "", "middle")
        for i, (name, line) in enumerate(series.items()):
            path = " ".join(f"{across.at(a):.1f},{up.at(b):.1f}" for a, b in sorted(line))
            self.parts.append(f'<polyline points="{path}" class="line s{i}"/>')
            for a, b in line:
                self.parts.append(f'<circle cx="{across.at(a):.1f}" cy="{up.at(b):.1f}" r="2.5" class="d{i}"/>')
            if len(series) > 1:
                a, b = max(line)
                self.text(across.at(a) + 8, up.at(b) + 4, name, "name")

    def bars(self, x, y, width, title, values, unit):
        """Bars; values: [(name, value)], shingled's own told apart. Logarithmic where the others would hardly show."""
        self.text(x, y + 14, title, "title")
        left, right = x + 150, x + width - 70
        numbers = [v for _, v in values]
        log = max(numbers) > FAR_APART * min(numbers)
        across = Scale(numbers + [10 ** math.floor(math.log10(min(numbers)))] * log, left, right, log)
        foot = y + 28 + 26 * len(values)
        for tick in across.ticks:
            self.segment(across.at(tick), y + 26, across.at(tick), foot, "axis" if tick == across.ticks[0] else "grid")
            self.text(across.at(tick), foot + 16, short(tick), "number", "middle")
        for i, (name, value) in enumerate(values):
            top, kind = y + 30 + 26 * i, "d0" if name == "shingled" else "other"
            self.text(left - 8, top + 14, name, "name", "end")
            long = max(across.at(value) - left, 2)
            self.parts.append(f'<path d="M{left:.1f},{top} h{max(long - 4, 0):.1f} q4,0 4,4 v12 q0,4 -4,4 '
                              f'h{-max(long - 4, 0):.1f} z" class="{kind}"/>')
            self.text(left + long + 6, top + 14, f"{short(value)} {unit}", "number")
        return foot + 24

    def save(self, path):
        head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
                f'width="{self.width}" height="{self.height}" role="img">\n<title>{escape(self.says)}</title>\n'
                f'<style>{STYLE}</style>\n<rect width="100%" height="100%" rx="8" class="back"/>\n')
        with open(path, "w", encoding="utf8") as f:
            f.write(head + "\n".join(self.parts) + "\n</svg>\n")
