namespace Zerg.Configuration;

/// <summary>What the command line says: options in their order, bare arguments apart.</summary>
internal sealed record CommandLineOptions(OptionList Options, List<string> Arguments, List<Problem> Problems);
