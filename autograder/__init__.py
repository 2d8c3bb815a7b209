"""Shared helpers of the workbook: data, cases, pictures, course, grading. It knows no week."""
