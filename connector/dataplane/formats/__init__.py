"""The record formats, one file each: records from bytes and back."""
