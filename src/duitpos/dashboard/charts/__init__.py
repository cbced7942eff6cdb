"""Charts as SVG: functions from numbers to geometry, which templates draw. No script and no inline style.

Widths are percent of the chart and heights are CSS pixels, so that a chart fits a phone and its text keeps its size.
Amounts are whole minor units. The same numbers stand in a table beneath, so charts are hidden from screen readers.
"""
