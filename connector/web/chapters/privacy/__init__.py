"""The pages of data protection: personal data offered, vetoes, the record of processing, late duties, and consents."""
